"""Whether an experiment found again what its specification expects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console

from isoglot.errors import IsoglotError
from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.experiments.grid.results import Results
from isoglot.experiments.grid.spec import Spec


@dataclass(frozen=True)
class Expectation:
    """One score that was expected.

    Args:
        what: system, collection, setting and measure.
        expected: as the specification says.
        found: the mean over training seeds; None where there is none.
        allowed: how far it may be from what was expected.
    """

    what: str
    expected: float
    found: float | None
    allowed: float

    @property
    def is_met(self) -> bool:
        """Whether it was found again."""
        return self.found is not None and abs(self.found - self.expected) <= self.allowed


def expectations(spec: Spec, results: Sequence[Results]) -> Iterator[Expectation]:
    """Every expected score beside what was found; the tolerance of a rank distance is a share of it."""
    known = {(each.system, each.collection): each for each in results}
    for system, collections in spec.expected.items():
        for collection, settings in collections.items():
            for setting, measures in settings.items():
                for measure, expected in measures.items():
                    found = _found(known.get((system, collection)), setting, measure)
                    allowed = spec.tolerance.get(measure, 0.0) * (abs(expected) if measure == RANK_DISTANCE else 1.0)
                    yield Expectation(f"{system}, {collection}, {setting} {measure}", expected, found, allowed)


def check(spec: Spec, results: Sequence[Results], console: Console) -> None:
    """Show what was expected beside what was found.

    Raises:
        IsoglotError: a score is not what was expected.
    """
    every = list(expectations(spec, results))
    for each in every:
        shown = "nothing" if each.found is None else f"{each.found:.4f}"
        console.print(f"{each.what}: expected {each.expected} ± {each.allowed:.4g}, found {shown}", highlight=False)
    failed = [each for each in every if not each.is_met]
    if failed:
        raise IsoglotError(
            f"{len(failed)} of {len(every)} scores are not as expected, {failed[0].what} first: expected "
            f"{failed[0].expected}, found {failed[0].found}; the versions in the report may tell why."
        )


def _found(results: Results | None, setting: str, measure: str) -> float | None:
    if results is None:
        return None
    means = [
        scores["bias"].get(measure) if measure == RANK_DISTANCE else (scores["settings"][setting] or {}).get(measure)
        for scores in results.scores
    ]
    return None if None in means else float(np.mean([mean for mean in means if mean is not None]))
