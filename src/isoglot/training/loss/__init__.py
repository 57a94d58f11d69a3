"""What a step minimises: InfoNCE over the global batch, and what may stand beside it."""

from isoglot.training.loss.comparison import Labels
from isoglot.training.loss.info_nce import info_nce
from isoglot.training.loss.objective import Objective

__all__ = ["Labels", "Objective", "info_nce"]
