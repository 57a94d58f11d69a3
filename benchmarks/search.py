"""How long an index takes to build and to answer, against plain FAISS on the same vectors in the same run.

    python benchmarks/search.py [--passages 200000 1000000] [--contenders isoglot flat hnsw] [--keep DIR] [--out FILE]

A graph of a million takes most of an hour: `--keep` puts it into a folder, from where it is taken the next time, with
the time that it took to build.

Vectors are synthetic, [passages, 384] of length 1: 2,000 topics of skewed sizes, an offset of each of 11 languages of
skewed sizes, and noise in 48 dimensions of their own. Questions are noisy copies of vectors. This is harder for graphs
than most real vectors. `answer` is everything from the question's vector to hits with their texts, filters, documents
and shares; `scan` is its nearest vectors in all languages alone, which is what FAISS does.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from isoglot.search.derived import Derived, open_derived
from isoglot.search.request import SearchRequest
from isoglot.search.scan import exact_tops
from isoglot.search.searcher import Searcher
from isoglot.search.store.schema import Settings, passages_schema
from isoglot.search.store.store import Store

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
LANGUAGES = ("ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh")
DIMENSIONS, TOPICS, NOISE, K, BATCH = 384, 2_000, 48, 10, 16_384
WORDS = ("harbour", "river", "bridge", "castle", "market", "school", "station", "forest", "island", "tower")


def synthetic(count: int, questions: int) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Vectors, the language of each, and question vectors."""
    random = np.random.default_rng(0)
    topics = random.standard_normal((TOPICS, DIMENSIONS), np.float32)
    offsets = random.standard_normal((len(LANGUAGES), DIMENSIONS), np.float32)
    spread = random.standard_normal((NOISE, DIMENSIONS), np.float32) / np.sqrt(NOISE)
    sizes = 1 / np.arange(1, len(LANGUAGES) + 1) ** 0.7
    language = random.choice(len(LANGUAGES), count, p=sizes / sizes.sum())
    topic = (TOPICS * random.random(count) ** 2).astype(int)
    vectors = np.empty((count, DIMENSIONS), np.float32)
    for start in range(0, count, BATCH):
        part = slice(start, start + BATCH)
        noise = random.standard_normal((len(topic[part]), NOISE), np.float32) @ spread * np.sqrt(DIMENSIONS) / 20
        vectors[part] = _unit(topics[topic[part]] + 0.7 * offsets[language[part]] + 12 * noise)
    chosen = random.choice(count, questions, replace=False)
    noise = 0.3 * random.standard_normal((questions, DIMENSIONS), np.float32) / np.sqrt(DIMENSIONS)
    return vectors, language, _unit(vectors[chosen] + noise)


def _unit(vectors: Floats) -> Floats:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def batches(vectors: Floats, language: NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
    """The rows of a store, with texts of ten words."""
    random = np.random.default_rng(1)
    schema = passages_schema(DIMENSIONS)
    for start in range(0, len(vectors), BATCH):
        rows = range(start, min(start + BATCH, len(vectors)))
        words = random.choice(WORDS, (len(rows), 9))
        columns: dict[str, Any] = {name: pa.repeat("", len(rows)) for name in schema.names}
        columns |= {
            "passage_id": [f"p{row}" for row in rows],
            "document_id": [f"d{row}" for row in rows],
            "number": pa.repeat(pa.scalar(0, pa.int32()), len(rows)),
            "language": [LANGUAGES[code] for code in language[rows.start : rows.stop]],
            "language_confidence": pa.repeat(pa.scalar(1.0, pa.float32()), len(rows)),
            "text": [f"{' '.join(each)} {row}" for each, row in zip(words.tolist(), rows, strict=True)],
            "source": [f"source {row % 20}" for row in rows],
            "metadata": pa.repeat("{}", len(rows)),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors[rows.start : rows.stop].ravel()), DIMENSIONS),
        }
        yield pa.record_batch([pa.array(columns[name]) for name in schema.names], schema=schema)


def timed(answer: Callable[[int], Rows], questions: int) -> tuple[Rows, dict[str, float]]:
    """Answers one by one, their latencies in milliseconds, and the rate with as many threads as cores."""
    found, taken = [], []
    for number in range(questions):
        started = time.perf_counter()
        found.append(answer(number))
        taken.append(1000 * (time.perf_counter() - started))
    started = time.perf_counter()
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        list(threads.map(answer, range(questions)))
    rate = questions / (time.perf_counter() - started)
    return np.array(found), {"p50": float(np.median(taken)), "p95": float(np.quantile(taken, 0.95)), "rate": rate}


def isoglot(vectors: Floats, language: NDArray[np.int64], queries: Floats, true: Rows) -> Iterator[dict[str, Any]]:
    """Build, then answer and scan."""
    settings = Settings(model="synthetic", fingerprint="0", dimensions=DIMENSIONS, passage_characters=1000)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(Path(folder), settings, batches(vectors, language))
        started = time.perf_counter()
        derived = open_derived(store)
        seconds = time.perf_counter() - started
        searcher = Searcher(Path(folder), None, derived)  # type: ignore[arg-type]  # vectors are given
        os.sync()  # nothing that was built is still on its way to the disk while questions are timed
        derived.warm()  # as `isoglot serve` does
        size = derived.vector_bytes / derived.about.passages
        order = np.argsort(language, kind="stable")  # an index has the passages of a language next to each other
        cases: dict[str, Callable[[int], Rows]] = {
            "isoglot, scan": lambda number: _scan(derived, queries[number], order),
            "isoglot, answer": lambda number: _answer(searcher, queries[number]),
        }
        for name, case in cases.items():
            case(0)
            found, figures = timed(case, len(queries))
            yield {"system": name, "build": seconds, "bytes": size, "recall": _recall(found, true), **figures}
        for label, fields in FILTERED.items():
            _, figures = timed(lambda number, fields=fields: _answer(searcher, queries[number], **fields), len(queries))  # type: ignore[misc]
            yield {"system": f"isoglot, answer, {label}", "build": seconds, "bytes": size, **figures}
        print(f"store written, {len(derived.blocks)} languages, recall at build {derived.about.recall:.4f}")


FILTERED: dict[str, dict[str, Any]] = {
    "balanced": {"balance": "balanced"},
    "calibrated": {"balance": "calibrated"},
    "one language": {"languages": ("th",)},
    "two sources": {"sources": ("source 3", "source 7")},
    "hybrid": {"mode": "hybrid"},
}


def _scan(derived: Derived, query: Floats, order: Rows) -> Rows:
    tops = derived.nearest([(block, None) for block in derived.blocks], query, K)
    rows, scores = (np.concatenate(each) for each in zip(*tops, strict=True))
    return order[rows[np.argsort(-scores)[:K]]]


def _answer(searcher: Searcher, query: Floats, **fields: Any) -> Rows:
    request = SearchRequest(question="castle by the river", k=K, query_language="en", **fields)
    return np.array([int(hit.document_id[1:]) for hit in searcher.answer(request, query).hits])


def built(name: str, vectors: Floats, folder: Path) -> tuple[Any, Path, float]:
    """A flat or an HNSW index, its file, and the seconds that it took to build, now or when it was put there."""
    file = folder / f"{name}-{len(vectors)}.faiss"
    told = file.with_suffix(".seconds")
    if told.exists():
        return faiss.read_index(str(file)), file, float(told.read_text(encoding="utf-8"))
    started = time.perf_counter()
    index: Any = faiss.IndexFlatIP(DIMENSIONS)
    if name == "hnsw":
        index = faiss.IndexHNSWFlat(DIMENSIONS, 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 100
    index.add(vectors)
    seconds = time.perf_counter() - started
    faiss.write_index(index, str(file))
    told.write_text(str(seconds), encoding="utf-8")
    return index, file, seconds


def plain_faiss(name: str, vectors: Floats, queries: Floats, true: Rows, folder: Path) -> Iterator[dict[str, Any]]:
    """A flat or an HNSW index, and its answers."""
    index, file, seconds = built(name, vectors, folder)
    size = file.stat().st_size / len(vectors)
    for breadth in (64, 256) if name == "hnsw" else (0,):
        if breadth:
            index.hnsw.efSearch = breadth
        found, figures = timed(lambda number: index.search(queries[number : number + 1], K)[1][0], len(queries))
        label = f"faiss {name}" + (f", ef {breadth}" if breadth else "")
        yield {"system": label, "build": seconds, "bytes": size, "recall": _recall(found, true), **figures}


def _recall(found: Rows, true: Rows) -> float:
    return float(
        np.mean([len({*one.tolist()} & {*other.tolist()}) / K for one, other in zip(found, true, strict=True)])
    )


def report(count: int, questions: int, contenders: list[str], folder: Path) -> list[dict[str, Any]]:
    """Measure all contenders on so many passages, and print a table."""
    vectors, language, queries = synthetic(count, questions)
    true, _ = exact_tops(vectors, queries, K)
    print(f"\n{count:,} passages x {DIMENSIONS}, {questions} questions, {4 * DIMENSIONS} bytes a vector")
    print("| system | build, s | bytes a passage | p50, ms | p95, ms | questions/s | recall@10 |")
    print("|---|---|---|---|---|---|---|")
    results = []
    for name in contenders:
        cases = (
            isoglot(vectors, language, queries, true)
            if name == "isoglot"
            else plain_faiss(name, vectors, queries, true, folder)
        )
        for case in cases:
            results.append({"passages": count, **case})
            recall = f"{case['recall']:.4f}" if "recall" in case else ""
            figures = [f"{case['build']:.1f}", f"{case['bytes']:.0f}", *(f"{case[key]:.2f}" for key in ("p50", "p95"))]
            print(f"| {' | '.join([case['system'], *figures, format(case['rate'], '.0f'), recall])} |", flush=True)
    return results


def main() -> None:
    """Read the arguments and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument(
        "--contenders", nargs="+", choices=["isoglot", "flat", "hnsw"], default=["isoglot", "flat", "hnsw"]
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--keep", type=Path, help="folder for what FAISS builds; by default it is thrown away")
    arguments = parser.parse_args()
    machine = f"{platform.processor() or platform.machine()}, {len(os.sched_getaffinity(0))} cores"
    load = os.getloadavg()[0]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}, load {load:.1f} at the start")
    with tempfile.TemporaryDirectory() as passing:
        folder = arguments.keep or Path(passing)
        results = [
            case
            for count in arguments.passages
            for case in report(count, arguments.questions, arguments.contenders, folder)
        ]
    if arguments.out is not None:
        told = {"machine": machine, "load": load, "results": results}
        arguments.out.write_text(json.dumps(told, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
