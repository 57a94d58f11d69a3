// The page: its state is its address, every change of the state is shown anew.

import { FIRST, read, write } from "./address.js";
import { ask } from "./api.js";
import { showBias } from "./bias.js";
import { makeControls, showControls } from "./controls.js";
import { $ } from "./element.js";
import { showFilters } from "./filters.js";
import { listen } from "./keys.js";
import { placeLanguages } from "./languages.js";
import { showRefusal } from "./notices.js";
import { showSearch } from "./search.js";
import { count, percent } from "./words.js";

const PAUSE = 250;
const ROOMY = matchMedia("(min-width: 52rem)");
let state = read(location.search);
let description = null;
let typing = false;
let pause = null;

function show() {
  frame();
  if (state.view === "bias") showBias();
  else if (description) showContent();
  else start();
}

function showContent() {
  showFilters(description, state, change);
  showSearch(state, description, change);
}

// Everything that needs no service.
function frame() {
  const isBias = state.view === "bias";
  document.title = isBias ? "Language bias – isoglot" : state.question ? `${state.question} – isoglot` : "isoglot";
  for (const [name, here] of [
    ["search", !isBias],
    ["bias", isBias],
  ]) {
    $(`to-${name}`).toggleAttribute("aria-current", here);
    if (here) $(`to-${name}`).setAttribute("aria-current", "page");
    $(`to-${name}`).href = write({ ...state, view: name });
    $(`${name}-view`).hidden = !here;
  }
  $("ask").hidden = $("keys").hidden = isBias;
  document.querySelector(".skip").href = isBias ? "#bias-view" : "#results";
  if ($("question").value !== state.question) $("question").value = state.question;
  showControls(state);
}

// What is typed makes one step of the history, however many answers were shown on the way.
function change(parts, isTyped = false) {
  clearTimeout(pause);
  const next = { ...state, ...parts };
  const move = write(next) === write(state) || (isTyped && typing) ? "replaceState" : "pushState";
  typing = isTyped;
  state = next;
  history[move](null, "", write(state));
  show();
}

function typed(event) {
  clearTimeout(pause);
  if (event.isComposing) return;
  pause = setTimeout(() => change({ question: $("question").value }, true), PAUSE);
}

function go(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  change({ view: event.currentTarget.id.slice("to-".length) });
}

// Colours and filters follow from the index, so its description comes first.
async function start() {
  try {
    description = await ask("api/index");
  } catch (refusal) {
    return showRefusal(refusal, start);
  }
  placeLanguages(description.languages.map((each) => each.language));
  $("about").textContent = about(description);
  showContent();
}

function about({ model, version, dimensions, languages, recall }) {
  const isExact = languages.every((each) => each.scan === "exact");
  const scan = isExact
    ? "every vector is compared"
    : `a quantised scan finds ${percent(recall)} of what an exact one does`;
  return `${model}, ${count(dimensions)} dimensions; version ${version} of the index; ${scan}.`;
}

makeControls(change);
listen(() => change({ question: FIRST.question }));
$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  change({ question: $("question").value });
});
$("question").addEventListener("input", typed);
$("question").addEventListener("compositionend", typed);
$("choice-form").addEventListener("submit", (event) => event.preventDefault());
$("to-search").addEventListener("click", go);
$("to-bias").addEventListener("click", go);
addEventListener("popstate", () => {
  clearTimeout(pause);
  typing = false;
  state = read(location.search);
  show();
});
const roomy = () => ($("choices").open = ROOMY.matches);
ROOMY.addEventListener("change", roomy);
roomy();
show();
