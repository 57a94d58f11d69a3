// What the chosen balance costs, in words.

import { score } from "./words.js";

const CHOSEN = { calibrated: "Calibrated", balanced: "Balanced", only: "Only these languages" };

export function tradeWords({ balance, trade, hits }) {
  if (!hits.length) return "";
  if (!trade) return "Scores are left alone; a language that the model scores high stands high.";
  const same =
    trade.shared_hits === hits.length
      ? "all hits are those"
      : `${trade.shared_hits} of ${hits.length} hits are among those`;
  return `${CHOSEN[balance] ?? balance}: ${same} that the scores alone would give. ${means(trade)}`;
}

function means({ mean_score: own, mean_score_as_scored: before }) {
  if (score(own) === score(before)) return `The mean score of the hits stays ${score(own)}.`;
  return `The mean score of the hits is ${score(own)} instead of ${score(before)}.`;
}
