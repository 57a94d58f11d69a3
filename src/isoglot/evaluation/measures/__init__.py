"""Measures of retrieval: small objects whose name is their identity, computed from the ranks of relevant passages."""

from isoglot.evaluation.measures.mean import macro_mean
from isoglot.evaluation.measures.names import FAMILIES, Measure, parse

DEFAULT_MEASURES = tuple(map(parse, ("AP", "RR", "R@1", "R@10", "R@100", "nDCG@10")))

__all__ = ["DEFAULT_MEASURES", "FAMILIES", "Measure", "macro_mean", "parse"]
