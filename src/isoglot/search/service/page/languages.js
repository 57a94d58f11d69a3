// Names of languages in the reader's own terms, and the colour that a language keeps on the whole page.

import { element } from "./element.js";
import { percent } from "./words.js";

const UNKNOWN = "und";
const SURE = 0.8;
const HUES = 8;
const WEAVES = 4;
const names = new Intl.DisplayNames([...navigator.languages, "en"], { type: "language" });
const readers = names.resolvedOptions().locale;
const places = new Map();

// Languages by their place in the whole pool, so that filters and questions do not change their colours.
export function placeLanguages(codes) {
  for (const code of codes) if (!places.has(code)) places.set(code, places.size);
}

export function nameOf(code) {
  if (code === UNKNOWN) return "unknown language";
  try {
    return names.of(code) ?? code;
  } catch {
    return code; // not a language tag
  }
}

export function colourOf(code) {
  placeLanguages([code]);
  const place = places.get(code);
  return `hue-${place % HUES} weave-${Math.floor(place / HUES) % WEAVES}`;
}

export function dot(code) {
  return element("span", { class: `dot ${colourOf(code)}`, "aria-hidden": "true" });
}

// The name as the reader's language writes it, beside the code, which needs no translation.
export function named(code) {
  const name = element("bdi", { lang: readers }, nameOf(code));
  return nameOf(code) === code || code === UNKNOWN ? [name] : [name, " ", element("span", { class: "code" }, code)];
}

export function badge(code, confidence) {
  const isSure = confidence >= SURE || code === UNKNOWN;
  const doubt = isSure ? [] : [`probably (${percent(confidence)}) `];
  const look = isSure ? { class: "badge" } : { class: "badge unsure", title: "As detected; nobody has said so." };
  return element("span", look, dot(code), element("span", {}, doubt, named(code)));
}

// A tag that the browser can choose fonts and voices by; nothing where the language is not known.
export const tag = (code) => (code === UNKNOWN ? null : code);
