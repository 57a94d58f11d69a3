"""XQuAD-R beside sentence-transformers' own evaluator: same machine, same run, same model.

    python benchmarks/evaluation.py PATH_OF_XQUAD_R

isoglot gives the three settings, all pairs and the bias from one encoding of each text; the reference is
`InformationRetrievalEvaluator` on the multilingual pool alone, with the same batch size.
"""

import argparse
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.evaluation.evaluate import evaluate
from isoglot.models.load import load_model

BATCH_SIZE = 128
Result = TypeVar("Result")


def pooled_evaluator(collection: Collection) -> InformationRetrievalEvaluator:
    """The multilingual pool in the form that sentence-transformers asks for."""
    relevant: dict[str, set[str]] = {}
    for row in collection.qrels.to_pylist():
        relevant.setdefault(row["topic_id"], set()).add(row["passage_id"])
    queries = collection.queries.to_pylist()
    return InformationRetrievalEvaluator(
        queries={row["query_id"]: row["text"] for row in queries},
        corpus=dict(zip(collection.passages["passage_id"].to_pylist(), collection.passage_texts, strict=True)),
        relevant_docs={row["query_id"]: relevant[row["topic_id"]] for row in queries},
        batch_size=BATCH_SIZE,
        write_csv=False,
    )


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds that the work took, and what it gave."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def report(model: SentenceTransformer, collection: Collection) -> None:
    """Run both and print their times."""
    evaluator = pooled_evaluator(collection)
    seconds, evaluation = timed(lambda: evaluate(model, collection, batch_size=BATCH_SIZE))
    cost = evaluation.scores["cost"]
    reference, _ = timed(lambda: evaluator(model))
    texts = cost["distinct_queries"] + cost["distinct_passages"]
    machine = platform.processor() or platform.machine()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {torch.get_num_threads()} threads, {collection.name}")
    print("| what | seconds |\n|---|---|")
    print(f"| isoglot: everything | {seconds:.1f} |")
    print(f"| isoglot: encoding ({texts / cost['encode_seconds']:,.0f} texts/s) | {cost['encode_seconds']:.1f} |")
    print(f"| isoglot: ranking, all settings | {cost['rank_seconds']:.1f} |")
    print(f"| sentence-transformers: encode and evaluate, pool only | {reference:.1f} |")
    print(f"| ratio | {reference / seconds:.1f} |")


def main() -> None:
    """Read the arguments and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xquad_r", type=Path)
    parser.add_argument("--model", default="isoglot/use-m3")
    arguments = parser.parse_args()
    report(load_model(arguments.model), open_collection(f"xquad-r={arguments.xquad_r}"))


if __name__ == "__main__":
    main()
