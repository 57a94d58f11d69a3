// The list of hits.

import { element } from "./element.js";
import { badge, tag } from "./languages.js";
import { excerpt, marked } from "./passage.js";
import { percent, score } from "./words.js";

const FEW = 4;

export function hitItems(hits) {
  return hits.map(hitItem);
}

// One hit: its title opens the whole passage and all that is known of it.
function hitItem(hit) {
  const short = excerpt(hit.text, hit.highlights);
  const passage = element(
    "p",
    { class: "passage", lang: tag(hit.language), dir: "auto" },
    marked(short.text, short.spans),
  );
  const whole = element("dl", { class: "whole", id: `whole-${hit.rank}`, hidden: true }, everything(hit));
  const opens = { type: "button", "aria-expanded": "false", "aria-controls": whole.id, dir: "auto" };
  const button = element("button", opens, hit.title || hit.document_id);
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") === "false";
    button.setAttribute("aria-expanded", String(open));
    whole.hidden = !open;
    passage.classList.toggle("open", open);
    passage.replaceChildren(...(open ? marked(hit.text, hit.highlights) : marked(short.text, short.spans)));
  });
  return element(
    "li",
    { class: "hit" },
    element("span", { class: "rank" }, element("span", { class: "unseen" }, "Rank "), String(hit.rank)),
    element("h2", { lang: hit.title ? tag(hit.language) : null }, button),
    element("span", { class: "score" }, element("span", { class: "unseen" }, "score "), score(hit.score)),
    passage,
    element(
      "p",
      { class: "facts" },
      badge(hit.language, hit.language_confidence),
      source(hit.source),
      metadata(hit.metadata),
    ),
    whole,
  );
}

function metadata(columns) {
  const all = Object.entries(columns).filter(([, value]) => value != null && value !== "");
  return all.slice(0, FEW).map(([name, value]) => element("span", {}, `${name} `, element("bdi", {}, shown(value))));
}

function everything(hit) {
  const detected = hit.language_confidence < 1 ? `, detected with probability ${percent(hit.language_confidence)}` : "";
  const rows = [
    ["Language", hit.language + detected],
    ["Source", source(hit.source)],
    ["Document", element("bdi", {}, hit.document_id)],
    ["Passage", element("bdi", {}, hit.passage_id)],
    ...Object.entries(hit.metadata).map(([name, value]) => [name, element("bdi", {}, shown(value))]),
  ];
  return rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
}

// Only addresses of the web become links; a document may say anything of its source.
function source(text) {
  if (!/^https?:\/\//i.test(text)) return element("bdi", {}, text);
  return element("a", { href: text, rel: "noopener noreferrer", target: "_blank" }, element("bdi", {}, text));
}

const shown = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
