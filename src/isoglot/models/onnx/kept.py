"""Exports of encoders, kept by the encoder's content."""

import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError
from isoglot.models.encode import encode
from isoglot.models.exports import exports_folder
from isoglot.models.fingerprint import fingerprint
from isoglot.models.onnx.encoder import open_export
from isoglot.models.roles import ROLES

FORMAT = 1  # changes when the same model is exported otherwise
LARGEST_DIFFERENCE = 1e-5
PROBES = (
    "When does the train leave?",
    "Die Bibliothek ist am Sonntag geschlossen, und am Montag öffnet sie erst nach dem Mittag wieder.",
    "أين تقع المكتبة؟",
    "图书馆在哪里？",
    "ห้องสมุดอยู่ที่ไหน",
    "पुस्तकालय कहाँ है?",
)


def with_onnx(model: SentenceTransformer) -> SentenceTransformer:
    """The encoder computed by ONNX Runtime: exported when it is first asked for, then kept in the cache folder.

    Args:
        model: an encoder; it gives up its weights, which are not needed twice, and serves for its tokenisation only.

    Returns:
        One with the same tokenisation, prompts and maximum length, on the CPU.

    Raises:
        IsoglotError: the encoder cannot be exported, or its export gives other vectors than the encoder.
    """
    model.to("cpu")
    folder = exports_folder() / f"{FORMAT}-{fingerprint(model)}"
    if not folder.is_dir():
        _export_to(folder, model)
    with suppress(OSError):  # a cache that can only be read serves as well
        folder.touch()
    encoder = open_export(model, folder)
    check_same_vectors(model, encoder)
    model.to("meta")
    return encoder


def check_same_vectors(model: SentenceTransformer, encoder: SentenceTransformer) -> None:
    """Refuse an export that gives other vectors, of texts together or by themselves, in either role.

    Raises:
        IsoglotError: a vector of length 1 differs by more than 1e-5 somewhere.
    """
    difference = max(
        float(np.abs(encode(model, texts, role) - encode(encoder, texts, role)).max())
        for texts in (PROBES, PROBES[:1])
        for role in ROLES
    )
    if difference > LARGEST_DIFFERENCE:
        raise IsoglotError(
            f"the model's vectors differ by up to {difference:.1g} when ONNX Runtime computes them; use it without."
        )


def _export_to(folder: Path, model: SentenceTransformer) -> None:
    """Export beside the folder and rename; where another process was quicker, its export stays."""
    from isoglot.models.onnx.export import export

    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(mkdtemp(prefix=".", dir=folder.parent))
    try:
        export(model, temporary)
        temporary.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
