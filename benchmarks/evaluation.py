"""Ranking and measuring beside the bare matrix product, and beside sentence-transformers' evaluator.

    python benchmarks/evaluation.py PATH_OF_XQUAD_R [--million]

Every ratio is of two times taken in the same run on the same vectors. At full depth sentence-transformers' evaluator
needs gigabytes for each thousand queries, so the comparison at equal work is on a sample of them; with its usual
cut-offs, up to 100, it does not find the average precision in a pool of thousands. Encoding is not part of any: the
vectors come from the embedding store, which a first run fills. Prints a table, and the same as JSON.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.evaluation.encoded import EncodedCollection, encode_collection
from isoglot.evaluation.evaluate import evaluate_encoded, peak_memory
from isoglot.evaluation.files import write_evaluation
from isoglot.evaluation.ranks import Golds, Pool, rank
from isoglot.models.load import load_model
from isoglot.models.store import EmbeddingStore

REPEATS = 3
BLOCK = 1024
EQUAL_TOPICS = 45  # 495 queries: what sentence-transformers' evaluator ranks at full depth in some 2 GB
Floats = NDArray[np.float32]
Result = TypeVar("Result")


class Vectors(SentenceTransformer):
    """A model that looks its vectors up, so that an evaluator is timed without encoding.

    Args:
        vectors: by text.
    """

    def __init__(self, vectors: dict[str, Floats]) -> None:
        super().__init__(modules=[torch.nn.Identity()], device="cpu")
        self.vectors = vectors

    def encode(self, inputs: Sequence[str], **_: Any) -> torch.Tensor:
        """The vectors of the texts."""
        return torch.from_numpy(np.stack([self.vectors[text] for text in inputs]))


def timed(work: Callable[[], Result], repeats: int = REPEATS) -> tuple[float, Result]:
    """The shortest of the times that the work took, in seconds, and what it gave."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - started)
    return min(times), result


def bare_product(queries: Floats, passages: Floats) -> None:
    """All dot products, block by block, looked at by nobody."""
    for start in range(0, len(queries), BLOCK):
        for first in range(0, len(passages), 16 * BLOCK):
            queries[start : start + BLOCK] @ passages[first : first + 16 * BLOCK].T


def pooled_evaluator(collection: Collection, **cut_offs: list[int]) -> InformationRetrievalEvaluator:
    """The multilingual pool in the form that sentence-transformers asks for, with its usual cut-offs or others."""
    relevant: dict[str, set[str]] = {}
    for row in collection.qrels.to_pylist():
        relevant.setdefault(row["topic_id"], set()).add(row["passage_id"])
    queries = collection.queries.to_pylist()
    return InformationRetrievalEvaluator(
        queries={row["query_id"]: f"Q {row['text']}" for row in queries},
        corpus={row["passage_id"]: f"P {text}" for row, text in zip(
            collection.passages.to_pylist(), collection.passage_texts, strict=True)},
        relevant_docs={row["query_id"]: relevant[row["topic_id"]] for row in queries},
        score_functions={"cosine": lambda one, other: one @ other.T},
        write_csv=False, **cut_offs,
    )  # fmt: skip


def looked_up(collection: Collection, encoded: EncodedCollection) -> Vectors:
    """A model that gives the vectors of the collection; texts are told apart by their role."""
    vectors = dict(zip((f"Q {text}" for text in collection.query_texts), encoded.queries, strict=True))
    vectors |= zip((f"P {text}" for text in collection.passage_texts), encoded.passages, strict=True)
    return Vectors(vectors)


def everything(collection: Collection, encoded: EncodedCollection) -> float:
    """All that `isoglot evaluate` computes and writes, given the vectors; mAP in the pool."""
    with TemporaryDirectory() as folder:
        evaluation = evaluate_encoded(collection, encoded)
        write_evaluation(evaluation, "benchmark", collection, Path(folder))
    return evaluation.scores["settings"]["multilingual"]["AP"]


def equal_work(collection: Collection, encoded: EncodedCollection) -> dict[str, Any]:
    """Some topics in the pool of all passages at full depth by both, which is what average precision is defined on.

    Each topic is asked in every language, so that the mean over languages is the mean over queries.
    """
    topics = np.random.default_rng(0).choice(collection.topics, EQUAL_TOPICS, replace=False)
    queries, qrels = (
        table.filter(pc.is_in(table["topic_id"], pa.array(topics))) for table in (collection.queries, collection.qrels)
    )
    asked = replace(collection, queries=queries, qrels=qrels)
    rows = np.flatnonzero(np.isin(collection.queries["topic_id"], topics))
    vectors = replace(encoded, queries=encoded.queries[rows])
    model, depth = looked_up(asked, vectors), [len(encoded.passages)]
    evaluator = pooled_evaluator(
        asked, map_at_k=depth, mrr_at_k=depth, ndcg_at_k=[10], accuracy_at_k=[1], precision_recall_at_k=[10]
    )
    usual, found = timed(lambda: evaluator(model), 1)
    seconds, precision = timed(lambda: everything(asked, vectors))
    return {
        "queries x passages": [len(rows), *depth],
        "sentence-transformers: the pool at full depth, s": usual,
        "isoglot: the pool at full depth, all other settings, bias measures and files, s": seconds,
        "sentence-transformers / isoglot (aim: at least 20)": usual / seconds,
        "mAP, isoglot": precision,
        "mAP, sentence-transformers": found[f"cosine_map@{depth[0]}"],
    }


def xquad_r(collection: Collection, encoded: EncodedCollection) -> dict[str, Any]:
    """Everything isoglot computes on XQuAD-R, beside the product and the other evaluator."""
    product, _ = timed(lambda: bare_product(encoded.queries, encoded.passages))
    before = peak_memory() or 0
    seconds, precision = timed(lambda: everything(collection, encoded))
    memory = (peak_memory() or 0) - before
    model = looked_up(collection, encoded)
    usual, found = timed(lambda: pooled_evaluator(collection)(model), 1)
    return {
        "queries x passages x dimensions": [*encoded.queries.shape[:1], *encoded.passages.shape],
        "bare float32 product, s": product,
        "isoglot: all settings, pairs, bias measures and files, s": seconds,
        "isoglot / bare product (aim: at most 3)": seconds / product,
        "isoglot: memory above the embeddings, MB (aim: below 1500)": memory / 1e6,
        "sentence-transformers: pool only, cut-offs up to 100 (less work), s": usual,
        "sentence-transformers with cut-offs / isoglot at full depth": usual / seconds,
        "mAP in the pool, isoglot (full depth)": precision,
        "mAP@100 in the pool, sentence-transformers": found["cosine_map@100"],
    }


def unit_vectors(rng: np.random.Generator, count: int, dimensions: int) -> Floats:
    """Random vectors of length 1, made in pieces so that the peak of memory is that of the ranking."""
    vectors = np.empty((count, dimensions), np.float32)
    for piece in np.array_split(vectors, -(-count // BLOCK)):
        rng.standard_normal(out=piece, dtype=np.float32)
        np.divide(piece, np.linalg.norm(piece, axis=1, keepdims=True), out=piece)
    return vectors


def own_peak_memory() -> int:
    """The most memory that this process has held, in bytes, without what the one that started it held (Linux)."""
    return 1024 * int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])


def million(passage_count: int = 1_000_000, query_count: int = 1000, dimensions: int = 384) -> dict[str, Any]:
    """An exact ranking of a large corpus in bounded memory, ten languages, one gold per query and the first 10."""
    rng = np.random.default_rng(0)
    queries, passages = (unit_vectors(rng, count, dimensions) for count in (query_count, passage_count))
    golds = Golds(np.arange(query_count), rng.integers(0, passage_count, query_count), np.ones(query_count, np.int64))
    pool = Pool.of(passages, np.arange(passage_count) % 10)
    before = own_peak_memory()
    seconds, _ = timed(lambda: rank(queries, pool, golds, 10, top=10))
    memory = own_peak_memory() - before
    product, _ = timed(lambda: bare_product(queries, passages))
    return {
        "queries x passages x dimensions": [query_count, passage_count, dimensions],
        "bare blocked product, s": product,
        "isoglot: counts by language and the first 10, s": seconds,
        "isoglot / bare product (aim: at most 2)": seconds / product,
        "embeddings, MB": (queries.nbytes + passages.nbytes) / 1e6,
        "memory above the embeddings, MB": memory / 1e6,
    }


def report(results: dict[str, dict[str, Any]]) -> None:
    """Print everything as a table, then as JSON."""
    about = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "threads": torch.get_num_threads(),
    }
    print(", ".join(f"{name}: {value}" for name, value in about.items()))
    for title, figures in results.items():
        print(f"\n| {title} | |\n|---|---|")
        for name, value in figures.items():
            shown = f"{value:,.3g}" if isinstance(value, float) and value < 100 else value
            print(f"| {name} | {f'{shown:,.0f}' if isinstance(shown, float) else shown} |")
    print("\n" + json.dumps({**about, **results}))


def main() -> None:
    """Read the arguments and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xquad_r", type=Path)
    parser.add_argument("--model", default="isoglot/use-m3")
    parser.add_argument("--million", action="store_true", help="also rank among 1,000,000 x 384 (needs 4 GB)")
    arguments = parser.parse_args()
    collection = open_collection(f"xquad-r={arguments.xquad_r}")
    encoded = encode_collection(
        load_model(arguments.model), collection, store=EmbeddingStore(model_name=arguments.model), progress=True
    )
    results = {"XQuAD-R": xquad_r(collection, encoded), "XQuAD-R, equal work": equal_work(collection, encoded)}
    if arguments.million:
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:  # with a peak of memory of its own
            results["a million passages"] = fresh.submit(million).result()
    report(results)


if __name__ == "__main__":
    main()
