"""Strategies: which (query language, passage language) pairs the examples of one batch may have.

A strategy is a function of the language weights (L probabilities) and a random generator; it returns an L x L matrix
whose entry (a, b) weighs examples with a query in language a and a passage in language b. Each example of the batch
then draws its pair from this matrix, among the pairs that its topic has. Adding a strategy is adding one function, and
its name to the list at the end.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from isoglot.errors import RequestError, unknown

Weights = NDArray[np.float64]
Strategy = Callable[[Weights, np.random.Generator], Weights]
Schedule = Callable[[int], Strategy]  # the strategy of each step, counted from 0


def mixed(languages: Weights, rng: np.random.Generator) -> Weights:  # noqa: ARG001
    """X-X: every example in its own random language, the same on both sides (LAReQA, arXiv 2004.05484)."""
    return np.diag(languages)


def monolingual(languages: Weights, rng: np.random.Generator) -> Weights:
    """X-X-mono: the whole batch in one random language (arXiv 2408.10536, section 2.2)."""
    chosen = np.zeros_like(languages)
    chosen[rng.choice(len(languages), p=languages)] = 1.0
    return np.diag(chosen)


def cross_lingual(languages: Weights, rng: np.random.Generator) -> Weights:  # noqa: ARG001
    """X-Y: every example with a query and a passage in two different languages (arXiv 2408.10536, section 2.2)."""
    pairs = np.outer(languages, languages)
    np.fill_diagonal(pairs, 0.0)
    return pairs


def hybrid(alpha: float = 0.5, crossing: Strategy = cross_lingual) -> Strategy:
    """With probability alpha a monolingual batch, else a cross-lingual one (arXiv 2408.10536, section 2.2).

    Args:
        alpha: the probability.
        crossing: draws the cross-lingual batches; with `one_pair` they are as homogeneous as the monolingual ones.

    Raises:
        RequestError: alpha lies outside [0, 1].
    """
    _check_alpha(alpha)

    def draw(languages: Weights, rng: np.random.Generator) -> Weights:
        return (monolingual if rng.random() < alpha else crossing)(languages, rng)

    return draw


def one_pair(languages: Weights, rng: np.random.Generator) -> Weights:
    """The whole batch with queries in one random language and passages in one other: X-Y as homogeneous as X-X-mono."""
    return one_of(cross_lingual(languages, rng), rng)


def one_of(pairs: Weights, rng: np.random.Generator) -> Weights:
    """One of some pairs, drawn by weight; none of none."""
    chosen = np.zeros(pairs.size)
    if pairs.any():
        chosen[rng.choice(pairs.size, p=pairs.ravel() / pairs.sum())] = 1.0
    return chosen.reshape(pairs.shape)


def within_batch(alpha: float = 0.5) -> Strategy:
    """Every example monolingual in its own random language with probability alpha, else cross-lingual.

    Batches that mix languages are what Multilingual Translate-Train (arXiv 2209.01335) and Multilingual
    Translate-Distill (Yang et al. 2024, arXiv 2405.00977) train on, there with English queries; drawing the kind of
    each example by alpha is ours. Where a topic has pairs of one kind only, its example is of that kind.

    Raises:
        RequestError: alpha lies outside [0, 1].
    """
    _check_alpha(alpha)

    def draw(languages: Weights, rng: np.random.Generator) -> Weights:
        same, different = mixed(languages, rng), cross_lingual(languages, rng)
        if alpha < 1.0 and not different.any():
            return different
        return alpha * same + (1.0 - alpha) * different / (different.sum() or 1.0)

    return draw


def _check_alpha(alpha: float) -> None:
    if not 0.0 <= alpha <= 1.0:
        raise RequestError(f"alpha is {alpha}; it is the probability of a monolingual batch or example, from 0 to 1.")


_BY_ALPHA: dict[str, Callable[[float], Strategy]] = {
    "mixed": lambda _: mixed,
    "monolingual": lambda _: monolingual,
    "cross-lingual": lambda _: cross_lingual,
    "hybrid": hybrid,
    "one-pair": lambda _: one_pair,
    "within-batch": within_batch,
    "hybrid-one-pair": lambda alpha: hybrid(alpha, one_pair),
}
STRATEGIES = tuple(_BY_ALPHA)


def strategy_named(name: str, alpha: float = 0.5, alpha_end: float | None = None, steps: int = 1) -> Schedule:
    """The strategy of this name at every step.

    Args:
        name: one of `STRATEGIES`.
        alpha: of the hybrids and within-batch, the others do without.
        alpha_end: what alpha becomes, in equal parts from step to step, by the last of `steps`; none to keep it.
        steps: how many steps there are.

    Raises:
        RequestError: no strategy has this name, or an alpha lies outside [0, 1].

    >>> schedule = strategy_named("within-batch", alpha=1.0, alpha_end=0.0, steps=3)
    >>> [schedule(step)(np.array([0.5, 0.5]), np.random.default_rng(0)).diagonal().sum().item() for step in range(3)]
    [1.0, 0.5, 0.0]
    """
    if name not in _BY_ALPHA:
        raise unknown("strategy", name, _BY_ALPHA)
    ends = [alpha, alpha if alpha_end is None else alpha_end]
    for end in ends:
        _check_alpha(end)
    return lambda step: _BY_ALPHA[name](float(np.interp(step, [0, max(steps - 1, 1)], ends)))
