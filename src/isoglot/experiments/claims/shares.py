"""Whether observed counts agree with the shares they were drawn by."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, chisquare

MARGIN = 0.05  # a share so near to what is claimed is as claimed
FEWEST_EXPECTED = 5.0  # in each cell of a chi-square test


def equivalence_p(count: int, number: int, share: float) -> float:
    """The p of the hypothesis that a share is MARGIN or more away from what is claimed.

    Two one-sided binomial tests (Schuirmann 1987, "A comparison of the two one-sided tests procedure and the power
    approach", Journal of Pharmacokinetics and Biopharmaceutics 15(6)).

    Args:
        count: of draws that were so.
        number: of all draws.
        share: what is claimed.

    >>> equivalence_p(500, 1000, 0.5) < 0.01, equivalence_p(50, 100, 0.5) < 0.05
    (True, False)
    """
    low, high = share - MARGIN, share + MARGIN
    below = 0.0 if high >= 1 else binomtest(count, number, high, alternative="less").pvalue
    above = 0.0 if low <= 0 else binomtest(count, number, low, alternative="greater").pvalue
    return float(max(below, above))


def goodness_of_fit_p(observed: Sequence[int], expected: Sequence[float]) -> float | None:
    """The p of the chi-square test that counts were drawn with these expectations; None where one cell is left.

    Cells that expect fewer than FEWEST_EXPECTED are taken together. Where the expectations are sums of draws with
    unlike probabilities, counts vary less than the test supposes, so p is too large rather than too small.

    >>> goodness_of_fit_p([48, 52], [50.0, 50.0]) > 0.5
    True
    """
    counts, means = np.asarray(observed, np.float64), np.asarray(expected, np.float64)
    is_small = means < FEWEST_EXPECTED
    counts, means = _together(counts, is_small), _together(means, is_small)
    is_possible = means > 0
    if (counts[~is_possible] > 0).any():
        return 0.0
    return float(chisquare(counts[is_possible], means[is_possible]).pvalue) if is_possible.sum() > 1 else None


def _together(values: NDArray[np.float64], is_small: NDArray[np.bool_]) -> NDArray[np.float64]:
    kept = values[~is_small]
    return np.append(kept, values[is_small].sum()) if is_small.any() else kept
