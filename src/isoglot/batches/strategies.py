"""Strategies: which (query language, passage language) pairs the examples of one batch may have.

A strategy is a function of the language weights (L probabilities) and a random generator; it returns an L x L matrix
whose entry (a, b) weighs examples with a query in language a and a passage in language b. Each example of the batch
then draws its pair from this matrix, among the pairs that its topic has. Adding a strategy is adding one function.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from isoglot.errors import RequestError, unknown

Weights = NDArray[np.float64]
Strategy = Callable[[Weights, np.random.Generator], Weights]


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


def hybrid(alpha: float = 0.5) -> Strategy:
    """With probability alpha a monolingual batch, else a cross-lingual one (arXiv 2408.10536, section 2.2).

    Raises:
        RequestError: alpha lies outside [0, 1].
    """
    if not 0.0 <= alpha <= 1.0:
        raise RequestError(f"alpha is {alpha}; it is the probability of a monolingual batch, from 0 to 1.")

    def draw(languages: Weights, rng: np.random.Generator) -> Weights:
        return (monolingual if rng.random() < alpha else cross_lingual)(languages, rng)

    return draw


STRATEGIES = ("mixed", "monolingual", "cross-lingual", "hybrid")


def strategy_named(name: str, alpha: float = 0.5) -> Strategy:
    """The strategy of this name; `alpha` matters to hybrid alone.

    Raises:
        RequestError: no strategy has this name, or alpha lies outside [0, 1].
    """
    strategies = {"mixed": mixed, "monolingual": monolingual, "cross-lingual": cross_lingual, "hybrid": hybrid(alpha)}
    if name not in strategies:
        raise unknown("strategy", name, strategies)
    return strategies[name]
