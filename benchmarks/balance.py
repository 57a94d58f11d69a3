"""What each balance between languages does to the answers of an index.

    isoglot index xquad-r=PATH --model isoglot/use-m3 --out DIR
    python benchmarks/balance.py DIR xquad-r=PATH [--questions 500]

Questions are queries of the collection; its relevant passages say what is a good hit. AP counts the first 100 hits.
`own` is the share of the question's own language among the first 10 hits, `farthest` how far the share of any language
is from its share of the pool, in points. The second table compares formulas for `calibrated` on all scores, at full
depth.
"""

import argparse
import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isoglot.data.catalogue import open_collection
from isoglot.search.request import Balance, SearchRequest
from isoglot.search.searcher import Searcher

DEEP, SHOWN = 100, 10
Floats = NDArray[np.float32]
Ranking = list[tuple[str, str]]


class Questions:
    """Some queries of a collection, with the ids of their relevant passages."""

    def __init__(self, name: str, count: int) -> None:
        collection = open_collection(name)
        chosen = np.random.default_rng(0).permutation(collection.queries.num_rows)[:count]
        rows = collection.queries.take(np.sort(chosen)).to_pylist()
        self.texts = [row["text"] for row in rows]
        self.languages = [row["language"] for row in rows]
        golds: dict[str, set[str]] = {}
        for judged in collection.qrels.to_pylist():
            if judged["relevance"] > 0:
                golds.setdefault(judged["topic_id"], set()).add(judged["passage_id"])
        self.golds = [golds[row["topic_id"]] for row in rows]


def figures(rankings: Sequence[Ranking], questions: Questions, pool: dict[str, float]) -> list[str]:
    """AP, recall, own share and farthest share of rankings of (passage, language)."""
    shown = [[language for _, language in ranking[:SHOWN]] for ranking in rankings]
    own = [each.count(language) / SHOWN for each, language in zip(shown, questions.languages, strict=True)]
    everyone = [language for each in shown for language in each]
    farthest = max(abs(everyone.count(language) / len(everyone) - share) for language, share in pool.items())
    precision, recall = [], []
    for ranking, golds in zip(rankings, questions.golds, strict=True):
        ranks = [rank for rank, (passage, _) in enumerate(ranking, 1) if passage in golds]
        precision.append(sum(found / rank for found, rank in enumerate(ranks, 1)) / len(golds))
        recall.append(sum(rank <= 20 for rank in ranks) / len(golds))
    return [f"{np.mean(precision):.4f}", f"{np.mean(recall):.4f}", f"{np.mean(own):.3f}", f"{100 * farthest:.1f}"]


def balances(searcher: Searcher, questions: Questions, vectors: Floats, pool: dict[str, float]) -> None:
    """Print what each balance gives."""
    print("| balance | AP@100 | R@20 | own | farthest |\n|---|---|---|---|---|")
    for balance in ("as-scored", "calibrated", "balanced"):
        rankings = [
            _hits(searcher, text, vector, balance) for text, vector in zip(questions.texts, vectors, strict=True)
        ]
        print(f"| {' | '.join([balance, *figures(rankings, questions, pool)])} |")


def _hits(searcher: Searcher, text: str, vector: Floats, balance: Balance) -> Ranking:
    request = SearchRequest(question=text, k=DEEP, balance=balance, query_language="und")
    return [(hit.document_id, hit.language) for hit in searcher.answer(request, vector).hits]


def formulas(searcher: Searcher, questions: Questions, vectors: Floats, pool: dict[str, float]) -> None:
    """Print what the scores of each formula give."""
    derived = searcher.derived
    ids = [passage["document_id"] for passage in derived.passages(range(derived.about.passages))]
    languages = [block.language for block in derived.blocks for _ in range(len(block))]
    print("\n| formula | AP | R@20 | own | farthest |\n|---|---|---|---|---|")
    for name, scored in FORMULAS.items():
        rankings = []
        for vector in vectors:
            parts = [derived.vectors[block.start : block.stop] @ vector for block in derived.blocks]
            order = np.argsort(-np.concatenate([scored(part) for part in parts]))
            rankings.append([(ids[row], languages[row]) for row in order.tolist()])
        print(f"| {' | '.join([name, *figures(rankings, questions, pool)])} |")


def _sampled(cosines: Floats) -> Floats:
    return np.random.default_rng(0).permutation(cosines)[:1000]


def _highest(cosines: Floats, share: float) -> float:
    return float(np.sort(cosines)[-max(1, round(share * len(cosines))) :].mean())


FORMULAS: dict[str, Callable[[Floats], Floats]] = {
    "cosine": lambda c: c,
    "less the mean of a sample": lambda c: c - _sampled(c).mean(),
    "less the mean, over the deviation, of a sample": lambda c: (c - _sampled(c).mean()) / _sampled(c).std(),
    "less the highest 1 % of a sample": lambda c: c - _highest(_sampled(c), 0.01),
    "less the highest 5 % of a sample (calibrated)": lambda c: c - _highest(_sampled(c), 0.05),
    "less the highest 20 % of a sample": lambda c: c - _highest(_sampled(c), 0.2),
    "less the 10 nearest": lambda c: c - np.sort(c)[-10:].mean(),
    "less the nearest": lambda c: c - c.max(),
}


def main() -> None:
    """Read the arguments and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("collection")
    parser.add_argument("--questions", type=int, default=500)
    arguments = parser.parse_args()
    searcher = Searcher.open(arguments.index)
    questions = Questions(arguments.collection, arguments.questions)
    vectors = searcher.encode(questions.texts, questions.languages)
    about = searcher.derived.about
    pool = {block.language: block.passages / about.passages for block in about.blocks}
    machine = platform.processor() or platform.machine()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {len(os.sched_getaffinity(0))} cores, {about.settings.model}")
    print(f"{arguments.collection.partition('=')[0]}: {len(vectors)} questions, {about.passages:,} passages\n")
    balances(searcher, questions, vectors, pool)
    formulas(searcher, questions, vectors, pool)


if __name__ == "__main__":
    main()
