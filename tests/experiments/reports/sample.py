"""An experiment's folder as `isoglot experiment` leaves it, of made-up vectors: nothing is trained."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from isoglot.data import Collection
from isoglot.data.sources import worldfacts
from isoglot.evaluation.encoded import EncodedCollection
from isoglot.evaluation.evaluate import evaluate_encoded
from isoglot.evaluation.files import write_evaluation
from isoglot.experiments.grid.cells import Cell, cells_of
from isoglot.experiments.grid.folder import CellFolder
from isoglot.experiments.grid.spec import Spec, read_spec
from isoglot.experiments.grid.work import prepare, work_of

MODEL = "isoglot/static"
COLLECTION = "worldfacts/held-out"
SPEC: dict[str, Any] = {
    "name": "Hybrid batches on held-out facts",
    "recipe": {"model": MODEL, "steps": 60, "dev_topics": 20},
    "grid": [
        {"strategy": ["hybrid", "cross-lingual", "monolingual", "mixed"], "seed": [0, 1, 2]},
        {"strategy": ["hybrid"], "alpha": [0.25, 0.75], "seed": [0, 1, 2]},
    ],
    "evaluate": [COLLECTION],
    "baselines": ["untrained"],
    "corrections": ["centre"],
    "corrections_fit": "worldfacts/train",
    "resamples": 400,
}
# How strongly language and chance weigh in the vectors beside the topic.
WEIGHTS = {
    "mixed": (1.5, 0.95),
    "monolingual": (1.1, 0.8),
    "cross-lingual": (0.5, 0.92),
    "hybrid": (0.55, 0.82),
    "untrained": (2.2, 1.3),
}
DIMENSIONS = 20


def cut(topics: int, languages: Sequence[str]) -> Collection:
    """Some held-out facts in some languages."""
    whole = worldfacts.read("held-out").select_languages(list(languages))
    step = len(whole.topics) // topics
    return whole.select_topics(whole.topics[::step][:topics])


def build(out: Path, collection: Collection, *, fields: dict[str, Any] | None = None, unfinished: str = "") -> Spec:
    """Write an experiment's folder; the cells of the strategy `unfinished` failed in their training."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "spec.yaml").write_text(yaml.safe_dump({**SPEC, **(fields or {})}, sort_keys=False), encoding="utf-8")
    spec = read_spec(out / "spec.yaml")
    cells = cells_of(spec)
    prepare(cells, out)
    if "untrained" in spec.baselines:
        for model in dict.fromkeys(cell.recipe.model for cell in cells):
            folder = CellFolder.of_baseline(out, f"untrained-{model}", model)
            evaluate_made_up(folder, collection, spec, WEIGHTS["untrained"], seed=9)
    for cell in cells:
        folder = CellFolder.of_cell(out, cell)
        if cell.recipe.strategy == unfinished:
            (folder.path / "log.txt").write_text("started\nisoglot: the loss is not finite; lower the learning rate.\n")
            continue
        write_training(folder, cell, collection)
        evaluate_made_up(folder, collection, spec, weights_of(cell), seed=cell.recipe.seed)
    for step in (step for work in work_of(spec, cells, out) for step in work.steps if step.result.is_file()):
        step.record()
    return spec


def weights_of(cell: Cell) -> tuple[float, float]:
    """Of a cell's vectors; a hybrid lies between its two parts."""
    if cell.recipe.strategy != "hybrid":
        return WEIGHTS[cell.recipe.strategy]
    language, chance = WEIGHTS["hybrid"]
    distance = cell.recipe.alpha - 0.5
    return language + 0.6 * distance, chance + 0.2 * distance**2


def evaluate_made_up(
    folder: CellFolder, collection: Collection, spec: Spec, weights: tuple[float, float], seed: int
) -> None:
    """Write the evaluations of a model whose vectors are made up, with and without a correction."""
    for name in spec.evaluate:
        place = folder.evaluation(name)
        variants = {"as encoded": weights} | dict.fromkeys(spec.corrections, (0.6 * weights[0], weights[1]))
        for variant, own in variants.items():
            own_place = place / variant if variant in spec.corrections else place
            own_place.mkdir(parents=True, exist_ok=True)
            found = evaluate_encoded(collection, vectors(collection, *own, seed=seed))
            leakage = {"checked": True, "statement": "No leakage: 1,200 training texts share none with 480 texts."}
            write_evaluation(found, folder.model, collection, own_place, {"variant": variant, "leakage": leakage})


def vectors(collection: Collection, language_weight: float, chance: float, seed: int) -> EncodedCollection:
    """Topic, language and chance, added up."""
    own, shared = np.random.default_rng(seed), np.random.default_rng(0)
    topics = dict(zip(collection.topics, shared.normal(size=(len(collection.topics), DIMENSIONS)), strict=True))
    languages = {
        code: (vector, 1 + 0.06 * place)
        for place, (code, vector) in enumerate(
            zip(collection.languages, shared.normal(size=(len(collection.languages), DIMENSIONS)), strict=True)
        )
    }
    topic_of = dict(zip(*(collection.qrels[column].to_pylist() for column in ("passage_id", "topic_id")), strict=True))
    passages = [topic_of[name] for name in collection.passages["passage_id"].to_pylist()]

    def made(own_topics: list[str], own_languages: list[str]) -> np.ndarray:
        rows = np.array([
            topics[topic] + language_weight * languages[code][0]
            + chance * languages[code][1] * own.normal(size=DIMENSIONS)
            for topic, code in zip(own_topics, own_languages, strict=True)
        ])  # fmt: skip
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    queries = made(collection.queries["topic_id"].to_pylist(), collection.queries["language"].to_pylist())
    encoding = {"query_prompt": "", "passage_prompt": "", "max_length": None, "device": "cpu", "threads": 1}
    cost = {"distinct_queries": len(queries), "distinct_passages": len(passages), "encoded_texts": len(queries),
            "stored_texts": 0, "encode_seconds": 1.5}  # fmt: skip
    return EncodedCollection(queries, made(passages, collection.passages["language"].to_pylist()), None, encoding, cost)


def write_training(folder: CellFolder, cell: Cell, collection: Collection) -> None:
    """Write what a training leaves, with a made-up log."""
    model = folder.path / "model"
    model.mkdir(parents=True)
    chance, steps = np.random.default_rng(cell.recipe.seed), cell.recipe.steps
    log: list[dict[str, Any]] = []
    for step in range(steps // 12, steps + 1, steps // 12):
        log.append({"step": step, "loss": round(4.6 * float(np.exp(-step / steps)) + 0.1 * chance.random(), 4)})
        if step % (steps // 4) == 0:
            log.append({"step": step, "eval_score": 0.3 + 0.3 * step / steps + 0.02 * float(chance.random())})
    record = {
        "recipe": cell.recipe.model_dump(),
        "collections": [{"name": "worldfacts/train", "topics": 150, "content_hash": "ab" * 32}],
        "dev": [],
        "first_step": 0,
        "seconds": 21.4 + cell.recipe.seed,
        "best_step": steps,
        "dev_score": 0.61,
        "hardware": {"device": "cpu", "threads": 1, "cpu": "x86_64, 2 cores", "workers": 1},
        "versions": {"isoglot": "0.1.0", "sentence-transformers": "6.2.0", "transformers": "5.23.0", "torch": "2.13.0"},
        "log": log,
    }
    (model / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    (model / "README.md").write_text(CARD, encoding="utf-8")


CARD = """---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, isoglot, multilingual, retrieval]
---

# isoglot/static trained with hybrid batches
"""
