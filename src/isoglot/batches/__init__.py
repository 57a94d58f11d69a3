"""What may stand together in a batch: the whole of the paper's contribution (arXiv 2408.10536)."""

from isoglot.batches.batch import Batch
from isoglot.batches.plan import Plan
from isoglot.batches.strategies import STRATEGIES, Strategy, strategy_named

__all__ = ["STRATEGIES", "Batch", "Plan", "Strategy", "strategy_named"]
