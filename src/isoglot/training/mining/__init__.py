"""Hard negatives: passages that a model takes for relevant and that are not, as judgments with relevance 0."""

from isoglot.training.mining.mine import mine
from isoglot.training.mining.request import MiningRequest
from isoglot.training.mining.result import Mined, mining_table

__all__ = ["Mined", "MiningRequest", "mine", "mining_table"]
