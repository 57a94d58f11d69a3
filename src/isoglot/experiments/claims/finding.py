"""What an experiment says of a claim."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["supported", "refuted", "not testable with this run"]
SUPPORTED: Verdict = "supported"
REFUTED: Verdict = "refuted"
NOT_TESTABLE: Verdict = "not testable with this run"


@dataclass(frozen=True)
class Finding:
    """The verdict on a claim, or on a part of it.

    Args:
        verdict: "supported", "refuted" or "not testable with this run".
        confidence: 1 - p of the test that shows it, p adjusted for its family of tests; None where the verdict rests
            on no test. It is not the probability that the claim is true: it is 1 minus how often such a difference
            would be shown where there is none.
        numbers: what the verdict rests on, by name.
        explanation: in words, and what is wanting where it is not testable.
    """

    verdict: Verdict
    confidence: float | None
    numbers: dict[str, Any] = field(default_factory=dict)
    explanation: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return asdict(self)


def wanting(explanation: str, numbers: dict[str, Any] | None = None) -> Finding:
    """The finding where the run lacks something, which the explanation names."""
    return Finding(NOT_TESTABLE, None, numbers or {}, explanation)


def joined(parts: Sequence[Finding]) -> Finding:
    """The finding on a claim whose parts must all hold.

    It is refuted where a part is, supported where all are, else not testable. The confidence is that of the least sure
    part of a supported claim, and of the surest refutation of a refuted one. The explanation is that of the parts that
    decide.

    >>> joined([Finding(SUPPORTED, 0.999), Finding(SUPPORTED, 0.97)]).confidence
    0.97
    >>> joined([Finding(SUPPORTED, 0.999), wanting("no bm25.")]).verdict
    'not testable with this run'
    """
    order: tuple[Verdict, ...] = (REFUTED, NOT_TESTABLE, SUPPORTED)
    verdict = next(each for each in order if any(part.verdict == each for part in parts))
    deciding = [part for part in parts if part.verdict == verdict]
    known = [part.confidence for part in deciding if part.confidence is not None]
    choose = max if verdict == REFUTED else min
    told = list(dict.fromkeys(part.explanation for part in deciding))
    if len(deciding) < len(parts):
        counts = Counter(part.verdict for part in parts)
        shares = [f"{counts[each]} {'is' if counts[each] == 1 else 'are'} {each}" for each in order if counts[each]]
        told.append(f"Of {len(parts)} parts of the claim, {' and '.join(shares)}.")
    numbers = {name: value for part in parts for name, value in part.numbers.items()}
    return Finding(verdict, choose(known) if known else None, numbers, " ".join(told))
