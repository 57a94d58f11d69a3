"""Platt's calibration: from a score to a probability by a logistic curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """The probability 1 / (1 + exp(-slope * (score - midpoint))).

    Args:
        slope: greater than 0 where higher scores are better.
        midpoint: the score at which the probability is one half.
    """

    slope: float
    midpoint: float

    def __call__(self, scores: Floats) -> Floats:
        """The probability of each score."""
        return np.asarray(expit(self.slope * (scores - self.midpoint)))


def fit_curve(scores: Floats, labels: NDArray[np.bool_]) -> Curve | None:
    """Fit the curve by maximum likelihood.

    Platt 1999, "Probabilistic outputs for support vector machines": with n labels that are true and m that are not,
    their targets are (n + 1) / (n + 2) and 1 / (m + 2), so that scores that part the two perfectly have a finite slope.

    Args:
        scores: shape [N].
        labels: shape [N].

    Returns:
        None where all labels or all scores are the same, or where higher scores are not better.

    >>> curve = fit_curve(np.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.9]), np.array([0, 0, 0, 1, 1, 1], bool))
    >>> round(curve.midpoint, 3)
    0.5
    """
    deviation = scores.std()
    if labels.all() or not labels.any() or deviation == 0:
        return None
    true, false = labels.sum(), (~labels).sum()
    targets = np.where(labels, (true + 1) / (true + 2), 1 / (false + 2))
    standard = (scores - scores.mean()) / deviation

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = weights[0] * standard + weights[1]
        wrong = expit(logits) - targets
        return float(np.logaddexp(0, logits).sum() - targets @ logits), np.array([wrong @ standard, wrong.sum()])

    slope, shift = minimize(loss, np.zeros(2), jac=True, method="BFGS").x
    if slope <= 0:
        return None
    return Curve(float(slope / deviation), float(scores.mean() - shift / slope * deviation))


def best_f1_threshold(scores: Floats, labels: NDArray[np.bool_]) -> float:
    """The score from which on to say true, so that F1 on these labels is best; the highest such score.

    Args:
        scores: shape [N].
        labels: shape [N], True at least once.

    >>> best_f1_threshold(np.array([0.9, 0.8, 0.7, 0.2]), np.array([True, False, True, False]))
    0.7
    """
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    is_last = np.append(ordered[1:] < ordered[:-1], True)
    f1 = 2 * labels[order].cumsum() / (np.arange(1, len(order) + 1) + labels.sum())
    return float(ordered[np.where(is_last, f1, -1.0).argmax()])
