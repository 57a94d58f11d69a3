"""Leakage: whether training data holds what a model is evaluated on, and training data without it."""

from isoglot.data.leakage.find import find_leaks, leakage_record
from isoglot.data.leakage.removal import without_leaks
from isoglot.data.leakage.report import LeakageReport

__all__ = ["LeakageReport", "find_leaks", "leakage_record", "without_leaks"]
