// How languages share the hits, what is compared, and how many hits there are.

import { BALANCES, FIRST, MODES } from "./address.js";
import { $, element } from "./element.js";

const EXPLAINED = {
  "as-scored": ["As scored", "The best scores first, whatever the language."],
  calibrated: ["Calibrated", "Each language’s scores are brought to one scale first."],
  balanced: ["Balanced", "Every language has its share of the pool."],
  only: ["Only", "The languages chosen below, and nothing else."],
  dense: ["Meaning", "By vectors, across languages (dense)."],
  lexical: ["Words", "By the words of the question (lexical)."],
  hybrid: ["Both", "By reciprocal rank fusion of the two (hybrid)."],
};
const NUMBERS = [5, 10, 20, 50, 100];

// Fill in the controls; `changed` is called with what a person chose.
export function makeControls(changed) {
  for (const [name, values] of [
    ["balance", BALANCES],
    ["mode", MODES],
  ]) {
    $(name).append(...values.map((value) => radio(name, value, () => changed({ [name]: value }))));
  }
  $("k").addEventListener("change", () => changed({ k: Number($("k").value) }));
}

export function showControls(state) {
  for (const name of ["balance", "mode"]) $(`${name}-${state[name]}`).checked = true;
  const numbers = [...new Set([...NUMBERS, state.k])].sort((a, b) => a - b);
  $("k").replaceChildren(...numbers.map((k) => element("option", { value: k, selected: k === state.k }, String(k))));
  $("chosen").textContent = summary(state).join(" · ");
}

function radio(name, value, chosen) {
  const [label, explanation] = EXPLAINED[value];
  const id = `${name}-${value}`;
  const input = element("input", { type: "radio", name, id, value, "aria-describedby": `${id}-is`, change: chosen });
  return element(
    "div",
    { class: "choice" },
    input,
    element("label", { for: id }, label, element("small", { id: `${id}-is` }, explanation)),
  );
}

function summary(state) {
  const filters = [state.languages, state.sources, ...Object.values(state.where)].flat().length;
  const parts = [EXPLAINED[state.balance][0], EXPLAINED[state.mode][0], `${state.k} hits`];
  return filters ? [...parts, `${filters} filter${filters > 1 ? "s" : ""}`] : parts;
}

export const isFiltered = (state) =>
  state.languages.length + state.sources.length + Object.keys(state.where).length > 0;

export const unfiltered = { languages: FIRST.languages, sources: FIRST.sources, where: FIRST.where };
