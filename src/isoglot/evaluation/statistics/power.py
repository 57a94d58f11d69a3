"""What a sample could show: the minimum detectable difference, the topics it takes, and Holm's correction."""

import math
from collections.abc import Sequence

from scipy.stats import norm

ALPHA = 0.05
POWER = 0.8
FEWEST_TOPICS = 6  # of n topics, a sign-flip test can only give p >= 2 / 2**n


def minimum_detectable_difference(standard_error: float) -> float:
    """The difference that one two-sided test at ALPHA would find with probability POWER.

    mdd = (z(1 - ALPHA / 2) + z(POWER)) * standard error, z the quantile of the normal distribution (Bloom 1995,
    "Minimum detectable effects", Evaluation Review 19(5)).

    >>> round(minimum_detectable_difference(0.01), 4)
    0.028
    """
    return float((norm.ppf(1 - ALPHA / 2) + norm.ppf(POWER)) * standard_error)


def in_family(minimum_detectable: float, size: int) -> float:
    """What a test finds with probability POWER after Holm's correction over `size` tests, from what it finds alone.

    Holm's correction rejects whatever Bonferroni's does, which tests each at ALPHA / size.

    >>> in_family(0.01, 1), round(in_family(0.01, 20), 4)
    (0.01, 0.0138)
    """
    alone, corrected = (norm.ppf(1 - ALPHA / (2 * number)) + norm.ppf(POWER) for number in (1, size))
    return float(minimum_detectable * (corrected / alone))


def topics_needed(topics: int, minimum_detectable: float, worth: float) -> int:
    """How many topics would make `worth` the minimum detectable difference; it falls with the root of their number.

    >>> topics_needed(100, minimum_detectable=0.03, worth=0.01)
    900
    """
    return math.ceil(round(topics * (minimum_detectable / worth) ** 2, 6))


def holm(p: Sequence[float]) -> list[float]:
    """Adjust the p of a family of tests so that the chance of any false discovery stays below ALPHA.

    Holm (1979), "A simple sequentially rejective multiple test procedure": the k-th smallest of m is multiplied by
    m - k + 1, and none may be smaller than one before it.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, largest = list(p), 0.0
    for place, number in enumerate(sorted(range(len(p)), key=lambda number: p[number])):
        largest = max(largest, min(1.0, (len(p) - place) * p[number]))
        adjusted[number] = largest
    return adjusted
