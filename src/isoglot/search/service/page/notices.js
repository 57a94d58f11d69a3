// What is said when there is no answer to show.

import { hasToken, keepToken } from "./api.js";
import { $, element } from "./element.js";
import { counted } from "./words.js";

const WRONG = [400, 404, 413, 422]; // another try would fail alike
let countdown = null;

export function clearNotice(place = $("notice")) {
  clearInterval(countdown);
  place.replaceChildren();
}

// A refusal in its own sentence, with the way on: a token, a wait, or another try.
export function showRefusal(refusal, again, place = $("notice")) {
  clearNotice(place);
  const way = refusal.status === 401 ? tokenForm(again) : refusal.wait ? waiting(refusal.wait, again) : retry(again);
  const isForever = WRONG.includes(refusal.status);
  const sentence = refusal.status === 401 ? wanted() : refusal.message;
  place.append(element("div", { class: "notice" }, element("p", {}, sentence), isForever ? null : way));
}

export function showEmpty(sentence, hint, button) {
  clearNotice();
  $("notice").append(
    element("div", { class: "empty" }, element("p", {}, sentence), element("p", { class: "soft" }, hint), button),
  );
}

const wanted = () => (hasToken() ? "The token was not accepted; give another." : "This service asks for a token.");

const retry = (again) => element("button", { type: "button", click: again }, "Try again");

function tokenForm(again) {
  const limits = { pattern: "[!-~]+", required: true, autocomplete: "off", title: "Latin letters, digits and signs" };
  const input = element("input", { type: "password", id: "token", ...limits });
  const kept = (event) => {
    event.preventDefault();
    keepToken(input.value);
    again();
  };
  const note = element("small", {}, "Kept until this tab is closed.");
  return element(
    "form",
    { submit: kept },
    element("label", { for: "token" }, "Token"),
    input,
    element("button", {}, "Use it"),
    note,
  );
}

// The seconds run down in sight, but are read out only once.
function waiting(seconds, again) {
  let left = seconds;
  const shown = element("span", { "aria-hidden": "true" }, counted(left, "second"));
  countdown = setInterval(() => {
    left -= 1;
    shown.textContent = counted(left, "second");
    if (left > 0) return;
    clearInterval(countdown);
    again();
  }, 1000);
  return element(
    "p",
    {},
    "Asked again in ",
    element("span", { class: "unseen" }, counted(seconds, "second")),
    shown,
    ".",
  );
}
