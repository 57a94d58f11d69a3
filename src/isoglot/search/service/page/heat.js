// A quality by language of the question and of the passage, as a table whose cells are coloured.

import { element, wide } from "./element.js";
import { named } from "./languages.js";

// Points of matplotlib's viridis, evenly spaced: lightness rises evenly, also without colour vision.
const COLOURS = ["440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725"].map((hex) =>
  [0, 2, 4].map((place) => Number.parseInt(hex.slice(place, place + 2), 16)),
);
const MIDDLE = 0.179; // the luminance on which black and white have the same contrast

// `pairs` as in scores.json: "en->de" to measures.
export function heatMap(pairs, measure) {
  const values = new Map(Object.entries(pairs).map(([pair, found]) => [pair, found[measure]]));
  const [asked, answered] = [0, 1].map((side) =>
    [...new Set([...values.keys()].map((pair) => pair.split("->")[side]))].sort(),
  );
  const largest = Math.max(0.01, ...[...values.values()].filter((value) => value != null));
  const head = element(
    "tr",
    {},
    element("td", {}),
    answered.map((code) => element("th", { scope: "col" }, code)),
  );
  const rows = asked.map((query) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, named(query)),
      answered.map((passage) => cell(values.get(`${query}->${passage}`), largest, query === passage)),
    ),
  );
  const caption = `${measure} × 100; rows: language of the question, columns: of the passage. Outlined: the same language.`;
  const table = element("table", { class: "heat" }, element("thead", {}, head), element("tbody", {}, rows));
  return [
    element("p", { class: "soft" }, caption),
    wide(`${measure} by language of the question and of the passage`, table),
  ];
}

function cell(value, largest, isOwn) {
  if (value == null) return element("td", {}, "–");
  const made = element("td", { class: isOwn ? "own" : null }, String(Math.round(100 * value)));
  const colour = colourAt(Math.max(0, value / largest));
  made.style.backgroundColor = `rgb(${colour.join(" ")})`;
  made.style.color = luminance(colour) > MIDDLE ? "#000" : "#fff";
  return made;
}

export function colourAt(level) {
  const place = Math.min(level, 1) * (COLOURS.length - 1);
  const left = COLOURS[Math.floor(place)];
  const right = COLOURS[Math.ceil(place)];
  return left.map((from, channel) => Math.round(from + (right[channel] - from) * (place % 1)));
}

// Relative luminance as WCAG 2 defines it.
export function luminance(colour) {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
