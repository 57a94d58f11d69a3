"""What is written beside a model whose vocabulary was trimmed or made whole again."""

import json
from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformer

from isoglot.models.debias import load_correction, save_correction

TRIMMED = "trim.json"
UNTRIMMED = "untrim.json"


def save_model(model: SentenceTransformer, source: str, folder: Path, about: dict[str, Any], name: str) -> None:
    """Write a model, the correction that its source was saved with, and what was done as JSON.

    Args:
        model: to be saved.
        source: where it was loaded from.
        folder: which exists.
        about: what was done.
        name: of the JSON file.
    """
    model.save_pretrained(str(folder))
    if correction := load_correction(Path(source)):
        save_correction(correction, folder)
    (folder / name).write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
