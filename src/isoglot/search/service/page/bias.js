// The model's bias report, from an evaluation's scores.

import { ask } from "./api.js";
import { byLanguage, measures } from "./bias_tables.js";
import { SETTINGS } from "./bias_words.js";
import { $, element } from "./element.js";
import { heatMap } from "./heat.js";
import { showRefusal } from "./notices.js";
import { ranks, share } from "./words.js";

const MAIN = ["AP", "nDCG@10"];
const MEANING = [
  "AP: average precision. RR: reciprocal rank of the first right passage.",
  "R@k: share of the right passages among the first k. nDCG@10: gain of the first 10, discounted by rank.",
  "All go from 0 to 1; more is better.",
].join(" ");
const NONE = [
  "There is no bias report of this model yet.",
  "It tells how much the language of a passage, and not only its content, decides where it stands.",
].join(" ");
const ALONE = "The questions are in one language, which tells nothing of bias between languages.";
let shown = null;

// Asked for once; a refusal is asked again when the view is opened again.
export async function showBias() {
  if (shown) return;
  const place = element("div", { role: "alert" });
  const waiting = element("p", { role: "status" }, "Loading…");
  $("bias-view").replaceChildren(element("h1", {}, "Language bias"), waiting, place);
  try {
    shown = await ask("api/bias");
    $("bias-view").replaceChildren(...report(shown));
  } catch (refusal) {
    waiting.remove();
    if (refusal.status === 404) place.before(...explanation());
    showRefusal(refusal, showBias, place);
  }
}

function explanation() {
  const command = element("code", {}, "isoglot evaluate MODEL COLLECTION --out DIR");
  return [element("p", {}, NONE), element("p", {}, command, " makes one.")];
}

function report({ model, collection, settings, bias, languages, pairs }) {
  const known = Object.values(settings).flatMap(Object.keys);
  const main = MAIN.find((name) => known.includes(name)) ?? known[0];
  const shownSettings = Object.entries(SETTINGS).filter(([name]) => settings[name]?.[main] != null);
  return [
    element("h1", {}, "Language bias"),
    element("p", { class: "soft" }, `${model} on ${collection}, means over languages`),
    element(
      "div",
      { class: "answer" },
      (Object.keys(languages).length > 1 ? answer(settings, bias, main) : [ALONE]).map((sentence) =>
        element("p", {}, sentence),
      ),
    ),
    element("h2", {}, "Settings"),
    element(
      "ul",
      { class: "settings" },
      shownSettings.map((each) => setting(each, settings, main)),
    ),
    element("p", { class: "soft" }, MEANING),
    element("h2", {}, "Measures of bias"),
    measures(bias),
    ...(Object.keys(pairs).length > 1 ? [element("h2", {}, "Pairs of languages"), ...heatMap(pairs, main)] : []),
    element("h2", {}, "Languages of the questions"),
    byLanguage(languages, main),
  ];
}

// What the figures say, in sentences.
function answer(settings, bias, main) {
  const [own, other] = [settings.monolingual?.[main], settings["cross-lingual"]?.[main]];
  const listed = Object.keys(bias).find((name) => /^own-language share@\d+$/.test(name));
  const [first, byChance] = [percentOf(bias.LPR), percentOf(bias["LPR by chance"])];
  const [inList, inPool] = [percentOf(bias[listed]), percentOf(bias["own-language pool share"])];
  return [
    own != null &&
      other != null &&
      `A question finds its passage in its own language with ${main} ${share(own)}, in another with ${share(other)}.`,
    bias.LPR != null &&
      `A right passage in the question’s language comes first for ${first} of questions; by chance for ${byChance}.`,
    listed &&
      `${inList} of the first ${listed.split("@")[1]} are in the question’s language, which has ${inPool} of the pool.`,
    bias.RD != null && `The first and the last right passage of a question stand ${ranks(bias.RD)} ranks apart.`,
  ].filter(Boolean);
}

const percentOf = (value) => (value == null ? "–" : `${Math.round(100 * value)}%`);

function setting([name, is], settings, main) {
  const others = Object.entries(settings[name]).filter(([measure]) => measure !== main);
  return element(
    "li",
    {},
    element("h3", {}, name),
    element("small", {}, is),
    element("p", { class: "figure" }, share(settings[name][main]), " ", element("small", {}, main)),
    element(
      "dl",
      {},
      others.flatMap(([measure, value]) => [element("dt", {}, measure), element("dd", {}, share(value))]),
    ),
  );
}
