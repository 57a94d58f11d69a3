"""Training-free corrections of language bias: fitted on a training collection, applied to vectors."""

from isoglot.models.debias.correction import KINDS, Correction, Kind, kind_named
from isoglot.models.debias.fit import check_request, fit, fit_correction
from isoglot.models.debias.sample import Sample, encode_samples
from isoglot.models.debias.saved import FILE, load_correction, save_correction

__all__ = [
    "FILE",
    "KINDS",
    "Correction",
    "Kind",
    "Sample",
    "check_request",
    "encode_samples",
    "fit",
    "fit_correction",
    "kind_named",
    "load_correction",
    "save_correction",
]
