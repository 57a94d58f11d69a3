// The model's bias report, from an evaluation's scores.

import { ask } from "./api.js";
import { general, isRank, MEASURES, SETTINGS } from "./bias_words.js";
import { $, element, table, wide } from "./element.js";
import { heatMap } from "./heat.js";
import { named } from "./languages.js";
import { showRefusal } from "./notices.js";
import { ranks, share } from "./words.js";

const MAIN = ["AP", "nDCG@10"];
const MEANING =
  "AP: average precision. RR: reciprocal rank of the first right passage. R@k: share of the right passages among the first k. " +
  "nDCG@10: gain of the first 10, discounted by rank. All go from 0 to 1; more is better.";
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
  return [
    element("p", {}, "There is no bias report of this model yet. It tells how much the language of a passage, and not only its content, decides where it stands."),
    element("p", {}, command, " makes one."),
  ];
}

function report({ model, collection, settings, bias, languages, pairs }) {
  const main = MAIN.find((name) => Object.values(settings).some((own) => name in own)) ?? Object.keys(Object.values(settings)[0] ?? {})[0];
  return [
    element("h1", {}, "Language bias"),
    element("p", { class: "soft" }, `${model} on ${collection}, means over languages`),
    element("div", { class: "answer" }, answer(settings, bias, main).map((sentence) => element("p", {}, sentence))),
    element("h2", {}, "Three settings"),
    element("ul", { class: "settings" }, Object.entries(SETTINGS).filter(([name]) => settings[name]).map((each) => setting(each, settings, main))),
    element("p", { class: "soft" }, MEANING),
    element("h2", {}, "Measures of bias"),
    measures(bias),
    ...(Object.keys(pairs).length > 1 ? [element("h2", {}, "Pairs of languages"), heatMap(pairs, main)] : []),
    element("h2", {}, "Languages of the questions"),
    byLanguage(languages, main),
  ];
}

// What the figures say, in sentences.
function answer(settings, bias, main) {
  const [own, other] = [settings.monolingual?.[main], settings["cross-lingual"]?.[main]];
  const k = Object.keys(bias).find((name) => /^own-language share@\d+$/.test(name));
  return [
    own != null && other != null && `A question finds its passage in its own language with ${main} ${share(own)}, in another with ${share(other)}.`,
    bias.LPR != null && `The copy in the question’s language comes first for ${percentOf(bias.LPR)} of questions; by chance it would for ${percentOf(bias["LPR by chance"])}.`,
    k && `${percentOf(bias[k])} of the first ${k.split("@")[1]} are in the question’s language, which has ${percentOf(bias["own-language pool share"])} of the pool.`,
    bias.RD != null && `The first and the last copy of a passage stand ${ranks(bias.RD)} ranks apart.`,
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
    element("dl", {}, others.flatMap(([measure, value]) => [element("dt", {}, measure), element("dd", {}, share(value))])),
  );
}

function measures(bias) {
  const known = Object.entries(bias).filter(([name, value]) => general(name) in MEASURES && value != null);
  const rows = known.map(([name, value]) => {
    const { is, fair, end } = MEASURES[general(name)];
    const wanted = fair(bias);
    return [
      element("span", {}, name, element("small", {}, is)),
      isRank(name) ? ranks(value) : share(value),
      wanted.words,
      end ? gauge(value, wanted.at) : "",
    ];
  });
  const header = ["Measure", "Value", "Fair is", element("span", {}, "From 0 to 1, fair at the mark")];
  return wide("Measures of bias", table(header, rows, { class: "measures" }));
}

function gauge(value, fair) {
  const bar = element("i");
  bar.style.width = `${100 * Math.min(1, Math.max(0, value))}%`;
  const mark = fair == null ? null : element("b");
  if (mark) mark.style.left = `${100 * fair}%`;
  return element("span", { class: "gauge", "aria-hidden": "true" }, bar, mark);
}

function byLanguage(languages, main) {
  const settings = Object.keys(SETTINGS).filter((name) => Object.values(languages).some((own) => own[name]));
  const hasDistance = Object.values(languages).some((own) => own.RD != null);
  const header = ["Language", ...settings.map((name) => `${name} ${main}`), ...(hasDistance ? ["RD"] : [])];
  const rows = Object.entries(languages).map(([code, own]) => [
    element("span", {}, named(code)),
    ...settings.map((name) => share(own[name]?.[main])),
    ...(hasDistance ? [ranks(own.RD)] : []),
  ]);
  return wide("Scores by language of the question", table(header, rows));
}
