// The state of the page stands in its address: what is not there is as at first.

export const FIRST = {
  view: "search",
  question: "",
  balance: "as-scored",
  mode: "dense",
  k: 10,
  languages: [],
  sources: [],
  where: {},
};
export const BALANCES = ["as-scored", "calibrated", "balanced", "only"];
export const MODES = ["dense", "lexical", "hybrid"];
const COLUMN = "where.";

export function read(search) {
  const given = new URLSearchParams(search);
  const where = {};
  for (const [name, value] of given) {
    if (name.startsWith(COLUMN)) (where[name.slice(COLUMN.length)] ??= []).push(value);
  }
  return {
    view: given.get("view") === "bias" ? "bias" : "search",
    question: given.get("q") ?? "",
    balance: known(given.get("balance"), BALANCES),
    mode: known(given.get("mode"), MODES),
    k: /^[0-9]+$/.test(given.get("k") ?? "") ? Number(given.get("k")) : FIRST.k,
    languages: given.getAll("language"),
    sources: given.getAll("source"),
    where,
  };
}

export function write(state) {
  const parts = new URLSearchParams();
  if (state.question) parts.set("q", state.question);
  for (const name of ["balance", "mode", "k", "view"]) if (state[name] !== FIRST[name]) parts.set(name, state[name]);
  state.languages.forEach((code) => parts.append("language", code));
  state.sources.forEach((source) => parts.append("source", source));
  for (const [column, values] of Object.entries(state.where)) {
    values.forEach((value) => parts.append(COLUMN + column, value));
  }
  const written = parts.toString();
  return written ? `?${written}` : "./";
}

// What `POST /api/search` wants to know.
export function request({ question, k, mode, balance, languages, sources, where }) {
  return { question, k, mode, balance, languages, sources, where };
}

const known = (name, names) => (names.includes(name) ? name : names[0]);
