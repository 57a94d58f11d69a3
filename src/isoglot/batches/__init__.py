"""What may stand together in a batch: the whole of the paper's contribution (arXiv 2408.10536)."""

from isoglot.batches.batch import Batch
from isoglot.batches.curriculum import first_steps
from isoglot.batches.plan import Plan
from isoglot.batches.strategies import STRATEGIES, Schedule, Strategy, strategy_named

__all__ = ["STRATEGIES", "Batch", "Plan", "Schedule", "Strategy", "first_steps", "strategy_named"]
