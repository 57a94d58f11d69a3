// The keyboard: to the question, from hit to hit, and back.

import { $ } from "./element.js";

const FIELD = "input, select, textarea";
const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

// `clear` empties the question.
export function listen(clear) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("search-view").hidden) return;
    if (act(event.key, event.target, clear)) event.preventDefault();
  });
}

// Whether the key meant something here.
function act(key, target, clear) {
  const inQuestion = target === $("question");
  if (key === "Escape") return back(inQuestion, clear);
  if (target.matches(FIELD) && !inQuestion) return false;
  if (key === "/" && !inQuestion) return toQuestion();
  const isArrow = key.startsWith("Arrow");
  if (!(key in STEPS) || (inQuestion && key !== "ArrowDown")) return false;
  return isArrow && !inQuestion && current() < 0 ? false : step(STEPS[key]);
}

function toQuestion() {
  $("question").focus();
  $("question").select();
  return true;
}

function back(inQuestion, clear) {
  if (inQuestion) clear();
  return toQuestion();
}

const titles = () => [...$("hits").querySelectorAll("h2 button")];
const current = () => titles().findIndex((title) => title.closest("li").contains(document.activeElement));

function step(by) {
  const next = current() + by;
  if (current() < 0 && by < 0) return false;
  if (next < 0) return toQuestion();
  const title = titles()[next];
  title?.focus({ preventScroll: true });
  title?.closest("li").scrollIntoView({ block: "nearest" });
  return Boolean(title);
}
