// What the measures of docs/bias.md say, and what would be fair.

const UNSAID = { words: "" };
const SMALL = { words: "low" };
const LARGE = { words: "high" };
const LOW = { words: "low", at: 0 };
const HIGH = { words: "high", at: 1 };
const own = (bias) => bias["own-language pool share"];

// By name with `k` for the depth: what it is, what is fair given the other measures, and the end of its scale, if any.
export const MEASURES = {
  RD: { is: "Ranks between a question’s first and last right passage.", fair: () => SMALL },
  "RD median": { is: "The same for the median question.", fair: () => SMALL },
  "RD / pool": { is: "The same as a share of the pool.", fair: () => LOW, end: 1 },
  "worst rank": { is: "Rank of the last right passage.", fair: () => SMALL },
  "worst rank median": { is: "The same for the median question.", fair: () => SMALL },
  "worst rank / pool": { is: "The same as a share of the pool.", fair: () => LOW, end: 1 },
  "PEER@k": {
    is: "Probability that languages are ranked alike (p of a test, other passages).",
    fair: () => HIGH,
    end: 1,
  },
  "PEER of relevant@k": { is: "The same for the relevant passages.", fair: () => HIGH, end: 1 },
  "MRC@k": { is: "Correlation of the lists that translations of a question get, −1 to 1.", fair: () => LARGE },
  "own-language share@k": {
    is: "Share of the list in the question’s language.",
    fair: (bias) => at(own(bias)),
    end: 1,
  },
  "own-language pool share": { is: "Share of the pool in the question’s language.", fair: () => UNSAID, end: 1 },
  "own-language share@k / pool": { is: "The list’s share as a multiple of the pool’s.", fair: () => ({ words: "1" }) },
  "own-language share@k - pool": { is: "The list’s share less the pool’s.", fair: () => ({ words: "0" }) },
  LPR: {
    is: "How often a right passage in the question’s language comes first.",
    fair: (bias) => at(bias["LPR by chance"]),
    end: 1,
  },
  "LPR by chance": { is: "The same if language did not matter.", fair: () => UNSAID, end: 1 },
  "AP without own-language gold": {
    is: "Average precision without the right passage in the question’s language.",
    fair: () => UNSAID,
  },
  "AP without another gold": { is: "Average precision without another right passage.", fair: () => UNSAID },
  "AP drop, own-language gold": {
    is: "What it costs to remove the right passage in the question’s language.",
    fair: (bias) => at(bias["AP drop, another gold"]),
  },
  "AP drop, another gold": { is: "What it costs to remove another right passage.", fair: () => UNSAID },
};

export const SETTINGS = {
  monolingual: "Questions and passages in one language.",
  "cross-lingual": "Questions in one language, passages in another.",
  multilingual: "Questions in one language, passages of all languages in one pool.",
};

const at = (value) => (value == null ? UNSAID : { words: value.toFixed(3).replace(/^0/, ""), at: value });

export const general = (name) => name.replace(/@\d+/, "@k");

export const isRank = (name) => /^(RD|worst rank)( median)?$/.test(name);
