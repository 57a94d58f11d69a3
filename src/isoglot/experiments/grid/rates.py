"""How fast a start model trains and is evaluated and what it takes on the disk: measured where it can be."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from sentence_transformers import SentenceTransformer

from isoglot.data.catalogue import open_collection, open_collections
from isoglot.data.sources.jsonl import read_json
from isoglot.evaluation.cost import preview, sample
from isoglot.evaluation.files import SCORES
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.folder import MODEL, CellFolder
from isoglot.experiments.grid.spec import Spec
from isoglot.models.encode import encode
from isoglot.models.load import load_model
from isoglot.models.store import EmbeddingStore
from isoglot.training.recipe import Recipe
from isoglot.training.record import RECORD

PASSES = 3  # forward and backward cost about as much as three times forward
RANKING = ("rank_seconds", "measure_seconds")
PARTS = ("encode_seconds", *RANKING)
VALUE_BYTES = 4  # of a vector's float32 values


@dataclass(frozen=True)
class Rates:
    """What trainings from one start model take.

    Args:
        text_seconds: of training, for each text of a batch.
        evaluation_seconds: of the evaluation of one model on each collection or group, named as in the specification.
        model_bytes: of a trained model.
        vector_bytes: that the evaluations of one model leave in the embedding store.
        basis: where these come from.
    """

    text_seconds: float
    evaluation_seconds: dict[str, float]
    model_bytes: float
    vector_bytes: float
    basis: str


def texts_of_training(recipe: Recipe) -> int:
    """Texts in all batches: a query, a passage and hard negatives in each example."""
    return recipe.steps * recipe.batch_size * (2 + recipe.negatives)


def measured_rates(spec: Spec, cells: Sequence[Cell], out: Path) -> Rates | None:
    """The means over the finished trainings of one start model; None where none is finished."""
    folders = [(cell, CellFolder.of_cell(out, cell)) for cell in cells]
    done = [(cell, folder) for cell, folder in folders if folder.is_trained and folder.has_scores(spec.evaluate)]
    if not done:
        return None
    records = [read_json(folder.path / MODEL / RECORD) for _, folder in done]
    spaces = Counter[str]()
    for each in EmbeddingStore().report():
        spaces[each.model_name] += each.size
    return Rates(
        sum(record["seconds"] for record in records) / sum(texts_of_training(cell.recipe) for cell, _ in done),
        {
            name: fmean(_evaluation_seconds(folder.evaluation(name), spec.corrections) for _, folder in done)
            for name in spec.evaluate
        },
        fmean(_size(folder.path) for _, folder in done),
        fmean(spaces[folder.model] for _, folder in done),
        f"{len(done)} finished trainings from {cells[0].recipe.model}",
    )


def probed_rates(spec: Spec, recipe: Recipe) -> Rates:
    """From encoding some texts of the first training collection and of every evaluation collection.

    Raises:
        RequestError: the model or a collection is not there.
        IsoglotError: it cannot be opened.
    """
    collection = open_collection(recipe.train[0])
    model = load_model(
        recipe.model,
        pooling=recipe.pooling,
        query_prompt=recipe.query_prompt,
        passage_prompt=recipe.passage_prompt,
        max_length=recipe.max_length,
        texts=lambda: collection.texts,
    )
    text_seconds = PASSES * _text_seconds(model, [*collection.query_texts, *collection.passage_texts])
    if spec.max_length is not None:
        model.max_seq_length = spec.max_length
    seconds, texts = {}, 0
    for name in spec.evaluate:
        previews = [preview(model, each) for each in open_collections(name)]
        seconds[name] = sum(each.seconds for each in previews)
        texts += sum(each.distinct_texts for each in previews)
    weights = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    width = model.get_embedding_dimension() or 0
    return Rates(
        text_seconds,
        seconds,
        weights,
        texts * width * VALUE_BYTES,
        f"a probe of {recipe.model}, on this machine as busy as it is now",
    )


def _text_seconds(model: SentenceTransformer, texts: list[str]) -> float:
    probe = sample(texts)
    encode(model, probe[:8], "passage")  # warms up
    started = time.perf_counter()
    encode(model, probe, "passage")
    return (time.perf_counter() - started) / len(probe)


def _evaluation_seconds(folder: Path, corrections: Sequence[str]) -> float:
    """Of a collection, or of all members of a group; what is corrected is encoded once and ranked once more."""
    is_one = _cost(folder, PARTS) > 0
    members = [folder] if is_one else [path.parent for path in folder.glob(f"*/{SCORES}")]
    corrected = [member / kind for member in members for kind in corrections if (member / kind / SCORES).is_file()]
    return sum(_cost(member, PARTS) for member in members) + sum(_cost(each, RANKING) for each in corrected)


def _cost(folder: Path, parts: Sequence[str]) -> float:
    cost = read_json(folder / SCORES).get("cost", {})
    return float(sum(cost.get(part, 0.0) for part in parts))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
