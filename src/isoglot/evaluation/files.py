"""The files of an evaluation: `scores.json`, `per_query.parquet`, and TREC files for other tools."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from isoglot.data import Collection
from isoglot.evaluation.evaluate import Evaluation
from isoglot.evaluation.trec import qrels_of, write_qrels, write_run
from isoglot.versions import versions_of

SCORES = "scores.json"
PER_QUERY = "per_query.parquet"
RUN, QRELS = "run.trec", "qrels.trec"
LIBRARIES = ("isoglot", "sentence-transformers", "torch", "numpy")


def write_evaluation(
    evaluation: Evaluation, model: str, collection: Collection, folder: Path, extra: Mapping[str, Any] | None = None
) -> None:
    """Write an evaluation into an existing folder, with `extra` entries in its scores.

    Where it lists passages, the pool's ranking is written as a TREC run, with qrels that have a line per query.
    """
    about = {"model": model, "collection": collection.name, "content_hash": collection.content_hash}
    write_scores({**about, **evaluation.scores, **(extra or {})}, folder)
    pq.write_table(evaluation.per_query, folder / PER_QUERY)
    if evaluation.top.shape[1]:
        asked = np.flatnonzero(evaluation.top[:, 0] >= 0)
        query_ids = collection.queries["query_id"].take(asked).to_pylist()
        passage_ids = collection.passages["passage_id"].to_pylist()
        write_run(folder / RUN, query_ids, passage_ids, evaluation.top[asked], evaluation.top_scores[asked])
        write_qrels(folder / QRELS, qrels_of(collection))


def write_scores(scores: Mapping[str, Any], folder: Path) -> None:
    """Write `scores.json` with the versions of what computed it."""
    content = {**scores, "versions": versions_of(LIBRARIES)}
    (folder / SCORES).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
