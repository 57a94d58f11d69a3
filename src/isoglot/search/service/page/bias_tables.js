// Tables of the bias report: the measures with what would be fair, and the languages of the questions.

import { general, isRank, MEASURES, SETTINGS } from "./bias_words.js";
import { element, table, wide } from "./element.js";
import { named } from "./languages.js";
import { ranks, share } from "./words.js";

export function measures(bias) {
  const known = Object.entries(bias).filter(([name, value]) => general(name) in MEASURES && value != null);
  const rows = known.map(([name, value]) => {
    const { is, fair, end } = MEASURES[general(name)];
    const wanted = fair(bias);
    return [
      element("span", {}, name, element("small", {}, is)),
      isRank(name) ? ranks(value) : share(value),
      wanted.words,
      end ? gauge(value, wanted.at) : "",
    ];
  });
  const header = ["Measure", "Value", "Fair is", element("span", {}, "From 0 to 1, fair at the mark")];
  return wide("Measures of bias", table(header, rows, { class: "measures" }));
}

function gauge(value, fair) {
  const bar = element("i");
  bar.style.width = `${100 * Math.min(1, Math.max(0, value))}%`;
  const mark = fair == null ? null : element("b");
  if (mark) mark.style.left = `${100 * fair}%`;
  return element("span", { class: "gauge", "aria-hidden": "true" }, bar, mark);
}

export function byLanguage(languages, main) {
  const settings = Object.keys(SETTINGS).filter((name) =>
    Object.values(languages).some((own) => own[name]?.[main] != null),
  );
  const hasDistance = Object.values(languages).some((own) => own.RD != null);
  const header = ["Language", ...settings.map((name) => `${name} ${main}`), ...(hasDistance ? ["RD"] : [])];
  const rows = Object.entries(languages).map(([code, own]) => [
    element("span", {}, named(code)),
    ...settings.map((name) => share(own[name]?.[main])),
    ...(hasDistance ? [ranks(own.RD)] : []),
  ]);
  return wide("Scores by language of the question", table(header, rows));
}
