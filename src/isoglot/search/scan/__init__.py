"""Nearest vectors: every vector, or quantised ones and then the best of them exactly; pure functions on arrays."""

from isoglot.search.scan.exact import exact_top, exact_tops
from isoglot.search.scan.quantised import Quantised, can_quantise, quantise
from isoglot.search.scan.scan import NEAREST, ExactScan, Found, QuantisedScan, Scan, with_cosines

__all__ = [
    "NEAREST",
    "ExactScan",
    "Found",
    "Quantised",
    "QuantisedScan",
    "Scan",
    "can_quantise",
    "exact_top",
    "exact_tops",
    "quantise",
    "with_cosines",
]
