"""Outrank counts: how many passages of each language stand before a relevant one. All ranks are sums of these."""

from isoglot.evaluation.ranks.golds import Golds, Integers, exclusions_of, golds_of
from isoglot.evaluation.ranks.pool import Pool
from isoglot.evaluation.ranks.rank import MEMORY, Ranking, rank

__all__ = ["MEMORY", "Golds", "Integers", "Pool", "Ranking", "exclusions_of", "golds_of", "rank"]
