// A passage in pieces, some of them highlighted.

import { element } from "./element.js";

const NEAR = 200;
const BEFORE = 90;
const SHOWN = 420;

// Pieces `{text, marked}` of a text. Spans count characters as Python does, which are two units of a string here
// where they lie beyond the first plane (emoji, rare Han); spans may overlap, or end behind the text.
export function pieces(text, spans) {
  const characters = Array.from(text);
  const made = [];
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const start = Math.max(span.start, end);
    const stop = Math.min(span.end, characters.length);
    if (start >= stop) continue;
    if (start > end) made.push({ text: characters.slice(end, start).join(""), marked: false });
    made.push({ text: characters.slice(start, stop).join(""), marked: true });
    end = stop;
  }
  if (end < characters.length) made.push({ text: characters.slice(end).join(""), marked: false });
  return made;
}

// The part of a long passage around its first highlight, as a text with spans of its own.
export function excerpt(text, spans) {
  const characters = Array.from(text);
  if (characters.length <= SHOWN + BEFORE) return { text, spans, cut: false };
  const first = Math.min(characters.length, ...spans.map((span) => span.start)) % characters.length;
  const wanted = first < NEAR ? 0 : Math.max(0, Math.min(first - BEFORE, characters.length - SHOWN));
  const from = wordStart(characters, wanted);
  const to = wordStart(characters, from + SHOWN);
  const [before, after] = [from > 0 ? "… " : "", to < characters.length ? " …" : ""];
  const moved = spans
    .filter((span) => span.start < to)
    .map(({ start, end }) => ({ start: start - from + before.length, end: Math.min(end, to) - from + before.length }));
  return { text: before + characters.slice(from, to).join("").trimEnd() + after, spans: moved, cut: true };
}

export function marked(text, spans) {
  return pieces(text, spans).map((piece) => (piece.marked ? element("mark", {}, piece.text) : piece.text));
}

// The place itself where no space is near: scripts without spaces may be cut anywhere.
function wordStart(characters, place) {
  for (let near = place; near > Math.max(0, place - 20); near -= 1) if (/\s/u.test(characters[near - 1])) return near;
  return place;
}
