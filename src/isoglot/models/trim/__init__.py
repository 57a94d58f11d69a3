"""Vocabulary trimming: a model without the token vectors that no text of a collection uses, and the way back."""

from isoglot.models.trim.covered import Covered, covered_texts
from isoglot.models.trim.saved import TRIMMED, UNTRIMMED, save_model
from isoglot.models.trim.size import Size, saving_table
from isoglot.models.trim.trimming import Trimmed, trim, untrim

__all__ = [
    "TRIMMED",
    "UNTRIMMED",
    "Covered",
    "Size",
    "Trimmed",
    "covered_texts",
    "save_model",
    "saving_table",
    "trim",
    "untrim",
]
