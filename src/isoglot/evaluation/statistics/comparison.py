"""What is known of the difference of two systems on one measure in one setting."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from isoglot.evaluation.bias.tables import HIGHER, LOWER, MEANINGS
from isoglot.evaluation.statistics import power

CANNOT_TELL = "cannot tell with this sample"


@dataclass(frozen=True)
class Comparison:
    """A difference, other - base, and how sure it is.

    Args:
        base: name of the one system.
        other: name of the other.
        collection: where both were evaluated.
        setting: in which setting.
        measure: by which measure.
        base_mean: the reported mean, averaged over training seeds.
        other_mean: likewise.
        difference: of the means, other - base.
        interval: its 95 % bootstrap interval over topics.
        p: of the permutation test over topics, two-sided.
        adjusted_p: after Holm's correction over the family of comparisons.
        effect_size: the difference over the standard deviation of the topics' differences (Cohen's d_z); None where
            that is 0.
        won: share of topics in which other is better (higher, where neither is).
        tied: share of topics without a difference.
        lost: the share that is left.
        minimum_detectable: the difference that a single test of so many topics finds with probability .8.
        worth: the smallest difference worth knowing.
        topics: their number.
        base_seeds: number of training seeds of base.
        other_seeds: likewise of other.
        base_deviation: standard deviation of the reported mean over seeds; None with one seed.
        other_deviation: likewise of other.
        seed_interval: 95 % bootstrap interval over topics and the training seeds of those that have several (a baseline
            has one); None where neither has.
        family: number of comparisons in Holm's correction.
    """

    base: str
    other: str
    collection: str
    setting: str
    measure: str
    base_mean: float
    other_mean: float
    difference: float
    interval: tuple[float, float]
    p: float
    adjusted_p: float
    effect_size: float | None
    won: float
    tied: float
    lost: float
    minimum_detectable: float
    worth: float
    topics: int
    base_seeds: int
    other_seeds: int
    base_deviation: float | None
    other_deviation: float | None
    seed_interval: tuple[float, float] | None
    family: int = 1

    @property
    def verdict(self) -> str:
        """Whether other is better or worse, no difference is shown, or the sample cannot tell.

        By a measure of which neither more nor less is better, such as a share of a language, it is "higher" or "lower".

        A difference is shown when the adjusted p is at most .05 and, with several training seeds, the interval over
        topics and seeds leaves out 0. If none is shown, the sample cannot tell unless it would have found a difference
        worth knowing, after the same correction.
        """
        if self._topics_show and self._seeds_agree:
            words = {1: ("better", "worse"), -1: ("worse", "better"), 0: ("higher", "lower")}[direction(self.measure)]
            return words[0] if self.difference > 0 else words[1]
        return "no difference shown" if self._sensitive and not self._topics_show else CANNOT_TELL

    @property
    def topics_needed(self) -> int | None:
        """How many topics could show a difference worth knowing, if it is topics that are wanting."""
        if self._topics_show or self._sensitive or self.worth <= 0:
            return None
        return max(power.topics_needed(self.topics, self._findable, self.worth), power.FEWEST_TOPICS)

    @property
    def seeds_wanting(self) -> bool:
        """Whether the topics show a difference, but other training seeds might not."""
        return self._topics_show and not self._seeds_agree

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {**asdict(self), "verdict": self.verdict, "topics_needed": self.topics_needed}

    @property
    def _topics_show(self) -> bool:
        return self.adjusted_p <= power.ALPHA

    @property
    def _seeds_agree(self) -> bool:
        return self.seed_interval is None or self.seed_interval[0] > 0 or self.seed_interval[1] < 0

    @property
    def _sensitive(self) -> bool:
        return self._findable <= self.worth and self.topics >= power.FEWEST_TOPICS

    @property
    def _findable(self) -> float:
        return power.in_family(self.minimum_detectable, self.family)


def direction(measure: str) -> int:
    """1 if more of the measure is better, -1 if less is, 0 if neither.

    >>> direction("nDCG@10"), direction("RD"), direction("own-language share@20")
    (1, -1, 0)
    """
    fair, *_ = MEANINGS.get(re.sub(r"@\d+", "@k", measure), (HIGHER,))
    return {HIGHER: 1, LOWER: -1}.get(fair, 0)
