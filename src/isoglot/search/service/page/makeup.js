// What languages the hits are in, and what the pool: as bars, in words, and as a table.

import { element, table, wide } from "./element.js";
import { colourOf, dot, named, nameOf } from "./languages.js";
import { count, listed, percent } from "./words.js";

const TALKED_OF = 0.5;

// Of an answer: `shares` as in `SearchResponse.languages`.
export function makeup(shares, trade) {
  const wanted = shares.filter((each) => each.hits || each.passages);
  const rows = wanted.map((each) => [each.language, each.hits, each.hit_share, each.passages, each.pool_share]);
  const header = ["Language", "Hits", "of hits", "Passages", "of pool"];
  return [
    bars([
      ["Hits", part(wanted, "hit_share")],
      ["Pool", part(wanted, "pool_share")],
    ]),
    element("p", {}, comparison(wanted)),
    trade ? element("p", { class: "trade" }, trade) : null,
    asTable("Languages of the hits and of the pool", header, rows),
  ];
}

// Of an index before anything is asked: languages with their passages.
export function poolMakeup(languages, passages) {
  const shares = languages.map(({ language, passages: own }) => ({
    language,
    passages: own,
    pool_share: own / passages,
  }));
  const rows = shares.map((each) => [each.language, each.passages, each.pool_share]);
  return [
    bars([["Pool", part(shares, "pool_share")]]),
    asTable("Languages of the pool", ["Language", "Passages", "of pool"], rows, true),
  ];
}

// Where hits and pool differ by more than half a hit, in words.
export function comparison(shares) {
  const hits = shares.reduce((sum, each) => sum + each.hits, 0);
  if (!hits || shares.length < 2) return "";
  const excess = (each) => each.hits - each.pool_share * hits;
  const over = shares.filter((each) => excess(each) > TALKED_OF && each.hits).sort((a, b) => excess(b) - excess(a));
  const without = shares.filter((each) => !each.hits);
  const ofHitsAndPool = (each) => `(${percent(each.hit_share)} of hits, ${percent(each.pool_share)} of pool)`;
  const more = over.map((each) => `${nameOf(each.language)} ${ofHitsAndPool(each)}`);
  const none = listed(
    without.map((each) => nameOf(each.language)),
    "or",
    5,
  );
  const missed = percent(without.reduce((sum, each) => sum + each.pool_share, 0));
  const sentences = [
    more.length ? `Above their share: ${listed(more)}.` : "No language is far above its share of the hits.",
    none ? `No hit in ${none}, ${missed} of the pool.` : "",
  ];
  return sentences.join(" ").trim();
}

const part = (shares, name) => shares.map((each) => [each.language, each[name]]).filter(([, own]) => own > 0);

// For a screen reader a bar is one picture with its shares as text; the table says the same.
function bars(rows) {
  const cells = rows.flatMap(([name, parts]) => [
    element("span", { "aria-hidden": "true" }, name),
    element("div", { class: "bar", role: "img", "aria-label": `${name}: ${spoken(parts)}` }, parts.map(segment)),
  ]);
  return element("div", { class: "bars" }, cells);
}

const spoken = (parts) => parts.map(([code, own]) => `${nameOf(code)} ${percent(own)}`).join(", ");

function segment([code, own]) {
  const size = ["", "", "", "long"][code.length] ?? "longer";
  const inside = [element("i", { class: colourOf(code) }), element("span", { class: `label ${size}` }, code)];
  const made = element("span", { class: "part", title: `${nameOf(code)} ${percent(own)}` }, inside);
  made.style.flexGrow = own;
  return made;
}

function asTable(label, header, rows, open = false) {
  const cells = rows.map(([code, ...numbers]) => [
    element("span", {}, dot(code), named(code)),
    ...numbers.map((number, place) => (place % 2 ? percent(number) : count(number))),
  ]);
  return element("details", { open }, element("summary", {}, "As a table"), wide(label, table(header, cells)));
}
