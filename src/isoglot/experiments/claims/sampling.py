"""Whether hybrid batches are drawn as the paper says."""

import numpy as np
from scipy.stats import binomtest

from isoglot.errors import IsoglotError
from isoglot.evaluation.statistics.power import ALPHA
from isoglot.experiments.claims.claim import Sampling
from isoglot.experiments.claims.draws import CROSS, MIXED, Draws
from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.claims.finding import REFUTED, SUPPORTED, Finding, wanting
from isoglot.experiments.claims.shares import MARGIN, equivalence_p, goodness_of_fit_p


def judge_sampling(test: Sampling, evidence: Evidence) -> Finding:
    """Draw the batches of the finished hybrid trainings of one start model again and test their shares.

    Supported when the shares are shown to lie within MARGIN of what is claimed; refuted when the draws do not fit what
    is claimed and lie further from it than MARGIN, or when a batch is neither in one language nor cross-lingual
    throughout; else the batches are too few. The confidence is 1 - p of the test that shows it.
    """
    try:
        draws = evidence.draws
    except IsoglotError as problem:
        return wanting(f"The batches cannot be drawn again: {problem}")
    if draws is None:
        return wanting("This run has no finished hybrid training with one alpha and all its data from the start.")
    return judge_batches(draws) if test.of == "batches" else judge_collections(draws)


def judge_batches(draws: Draws) -> Finding:
    """Judge the share of monolingual batches against alpha, by binomial tests."""
    number, monolingual = len(draws.kind), int((draws.kind >= 0).sum())
    numbers: dict[str, float] = {
        "batches": number,
        "monolingual": monolingual,
        "cross-lingual": int((draws.kind == CROSS).sum()),
        "mixed": int((draws.kind == MIXED).sum()),
        "share of monolingual": monolingual / number,
        "alpha": draws.alpha,
    }
    shown = f"{monolingual:,} of {number:,} batches are monolingual ({monolingual / number:.3f}), alpha {draws.alpha:g}"
    if numbers["mixed"]:
        mixed = f"{numbers['mixed']:,} of {number:,} batches are neither in one language nor cross-lingual throughout."
        return Finding(REFUTED, None, numbers, mixed)
    fit = float(binomtest(monolingual, number, draws.alpha).pvalue)
    near = equivalence_p(monolingual, number, draws.alpha)
    return _judged(near, fit, abs(monolingual / number - draws.alpha), numbers, shown)


def judge_collections(draws: Draws) -> Finding:
    """Judge the share of each collection against its share of the topics, by binomial and chi-square tests."""
    names = [each.name for each in draws.collections]
    if len(names) < 2:
        return wanting(f"Training used one data set, {names[0]}; sampling by size takes two or more.")
    if (draws.kind == MIXED).any():
        return wanting("Some batches mix languages, so no size is defined for them.")
    number, expected = len(draws.kind), draws.expected()
    observed = np.bincount(draws.collection, minlength=len(names))
    numbers: dict[str, float] = {"batches": number}
    for name, count, mean in zip(names, observed.tolist(), expected.tolist(), strict=True):
        numbers |= {f"{name}: share of batches": count / number, f"{name}: share by size": mean / number}
    near = max(
        equivalence_p(count, number, mean / number)
        for count, mean in zip(observed.tolist(), expected.tolist(), strict=True)
    )
    shares = zip(names, observed / number, expected / number, strict=True)
    shown = f"of {number:,} batches " + ", ".join(f"{a} has {b:.3f} (by size {c:.3f})" for a, b, c in shares)
    distance = float(np.abs(observed - expected).max() / number)
    return _judged(near, goodness_of_fit_p(observed.tolist(), expected.tolist()), distance, numbers, shown)


def _judged(near: float, fit: float | None, distance: float, numbers: dict[str, float], shown: str) -> Finding:
    numbers = numbers | {"equivalence p": near} | ({} if fit is None else {"goodness-of-fit p": fit})
    shown = shown[0].upper() + shown[1:]
    if near <= ALPHA:
        return Finding(SUPPORTED, 1 - near, numbers, f"{shown}: within {MARGIN:g} of what is claimed.")
    if fit is not None and fit <= ALPHA and distance > MARGIN:
        return Finding(REFUTED, 1 - fit, numbers, f"{shown}: these do not fit.")
    return wanting(f"{shown}: too few batches to tell within {MARGIN:g}.", numbers)
