// Asks the service what the state says and shows the answer; only the newest question's answer is shown.

import { request } from "./address.js";
import { ask } from "./api.js";
import { isFiltered, unfiltered } from "./controls.js";
import { $, element } from "./element.js";
import { hitItems } from "./hits.js";
import { nameOf } from "./languages.js";
import { makeup, poolMakeup } from "./makeup.js";
import { clearNotice, showEmpty, showRefusal } from "./notices.js";
import { tradeWords } from "./trade.js";
import { count, counted } from "./words.js";

const PATIENCE = 150;
let asked = null;

// `description` is of the index; `changed` is called with what a button chose.
export async function showSearch(state, description, changed) {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  clearNotice();
  if (!state.question.trim()) return showPool(description);
  if (state.balance === "only" && !state.languages.length) return wantLanguages();
  const late = setTimeout(() => busy(true), PATIENCE);
  try {
    const answer = await ask("api/search", { body: request(state), signal });
    if (!signal.aborted) showAnswer(answer, state, changed);
  } catch (failure) {
    if (signal.aborted) return;
    show([], []);
    showRefusal(failure, () => showSearch(state, description, changed));
  } finally {
    clearTimeout(late);
    if (!signal.aborted) busy(false);
  }
}

function busy(is) {
  $("progress").hidden = !is;
  $("hits").setAttribute("aria-busy", String(is));
  if (is) $("status").textContent = "Searching…";
}

function show(status, about, hits = []) {
  busy(false);
  clearNotice();
  $("status").replaceChildren(...status);
  $("makeup").replaceChildren(...about.filter(Boolean));
  $("hits").replaceChildren(...hits);
}

function showAnswer(answer, state, changed) {
  const { hits, languages } = answer;
  if (!hits.length) return showNothing(state, changed);
  show([status(answer)], makeup(languages, tradeWords(answer)), hitItems(hits));
}

function status({ hits, languages, query_language: own, milliseconds }) {
  const found = languages.filter((each) => each.hits).length;
  const spread = languages.length > 1 ? ` in ${found} of ${counted(languages.length, "language")}` : "";
  const read = own && own !== "und" ? `; question read as ${nameOf(own)}` : "";
  return `${counted(hits.length, "hit")}${spread}, ${count(Math.max(1, Math.round(milliseconds)))} ms${read}.`;
}

function showNothing(state, changed) {
  show(["No hits."], []);
  if (!isFiltered(state)) return showEmpty("Nothing was found.", "Other words may do better, or comparing by meaning.");
  const clear = element("button", { type: "button", click: () => changed(unfiltered) }, "Clear the filters");
  showEmpty("Nothing was found with these filters.", "Fewer of them may do better.", clear);
}

function wantLanguages() {
  show([], []);
  const choose = element("button", { type: "button", click: toLanguages }, "Choose languages");
  showEmpty("Which languages?", "“Only” searches the languages that are ticked; choose at least one.", choose);
}

function toLanguages() {
  $("choices").open = true;
  $("filters").querySelector("#filter-language input")?.focus();
}

function showPool(description) {
  const { documents, passages, languages } = description;
  if (!passages) {
    show([], []);
    return showEmpty("The index is empty.", "Documents come into it with isoglot index.");
  }
  const spread = `in ${counted(languages.length, "language")}`;
  const pool = `${counted(passages, "passage")} of ${counted(documents, "document")} ${spread}.`;
  show([pool], poolMakeup(languages, passages));
}
