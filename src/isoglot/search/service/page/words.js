// Numbers and lists as the page prints them.

const COUNT = new Intl.NumberFormat("en");
const THREE_DIGITS = new Intl.NumberFormat("en", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
const FINE_PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

export const count = (number) => COUNT.format(number);

export const counted = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

// Small shares keep a digit, so that a rare language is not said to have nothing.
export function percent(share) {
  if (share > 0 && share < 0.001) return "under 0.1%";
  return (share > 0 && share < 0.1 ? FINE_PERCENT : PERCENT).format(share);
}

// Cosines, BM25 scores and fused ranks alike, to three digits.
export const score = (number) => THREE_DIGITS.format(number).replace("-", "−");

// A measure between 0 and 1 as the field prints it: .518.
export function share(number) {
  return number == null
    ? "–"
    : number
        .toFixed(3)
        .replace(/^(-?)0\./, "$1.")
        .replace("-", "−");
}

export const ranks = (number) => (number == null ? "–" : count(Math.round(number)));

// Words in a row, the last after "and" or "or"; beyond `most` only their number.
export function listed(parts, last = "and", most = 4) {
  const shown = parts.length > most ? [...parts.slice(0, most - 1), `${parts.length - most + 1} others`] : parts;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} ${last} ${shown.at(-1)}` : shown.join("");
}
