"""Measures of language bias, from ranks of relevant passages in a multilingual pool and the first k of its ranking."""

from isoglot.evaluation.bias.columns import bias_columns
from isoglot.evaluation.bias.distance import rank_distance, worst_rank
from isoglot.evaluation.bias.summary import bias_scores

__all__ = ["bias_columns", "bias_scores", "rank_distance", "worst_rank"]
