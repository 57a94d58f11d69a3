"""How languages share the hits: each choice one pure function on candidates."""

from isoglot.search.balance.as_scored import as_scored
from isoglot.search.balance.balanced import balanced
from isoglot.search.balance.calibrated import Calibration, calibrated, learn
from isoglot.search.balance.makeup import language_shares

__all__ = ["Calibration", "as_scored", "balanced", "calibrated", "language_shares", "learn"]
