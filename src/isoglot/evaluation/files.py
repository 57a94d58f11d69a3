"""The files of an evaluation: `scores.json` and `per_query.parquet`."""

import json
from importlib.metadata import version
from pathlib import Path

import pyarrow.parquet as pq

from isoglot.data import Collection
from isoglot.evaluation.evaluate import Evaluation

SCORES = "scores.json"
PER_QUERY = "per_query.parquet"
LIBRARIES = ("isoglot", "sentence-transformers", "torch", "numpy")


def write_evaluation(evaluation: Evaluation, model: str, collection: Collection, folder: Path) -> None:
    """Write both files into an existing folder."""
    about = {"model": model, "collection": collection.name, "content_hash": collection.content_hash}
    scores = {**about, **evaluation.scores, "versions": {name: version(name) for name in LIBRARIES}}
    pq.write_table(evaluation.per_query, folder / PER_QUERY)
    (folder / SCORES).write_text(json.dumps(scores, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
