"""Whether a model was trained on what it is evaluated on: checked for every model that isoglot trained."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.data.leakage import leakage_record
from isoglot.data.leakage.report import statement_of
from isoglot.errors import IsoglotError
from isoglot.files import cache_folder, write_text
from isoglot.models.debias import Correction
from isoglot.training.recipe import Recipe
from isoglot.training.record import training_records
from isoglot.training.setup import open_training_collections

# Of the kept comparisons; another number where the comparison itself changes.
FORMAT = "3"
# Fields of a recipe that say what was trained on: whether the others still hold together does not matter.
DECIDING_DATA = ("train", "languages", "dev_topics")


def leakage_of(model: Path, collection: Collection, correction: Correction | None = None) -> dict[str, Any]:
    """Compare the texts that a model was trained on, dev topics included, with those of a collection.

    Args:
        model: the model's folder; one that holds no record of a training cannot be checked.
        collection: what it is evaluated on.
        correction: with which it is evaluated; what that was fitted on is compared too.

    Returns:
        For `scores.json`: "checked", "statement", and where it was checked the record of the comparison. Of an
        unchecked model with a correction whose data leaks "clean" is False too.
    """
    records = training_records(model)
    unknown = _unchecked("the model holds no record of its training data")
    if not records and correction is None:
        return unknown
    trained = [each["content_hash"] for record in records for each in record["collections"] + record["dev"]]
    fitted = [correction.content_hash] if correction is not None else []
    found = _compared([*trained, *fitted], partial(_opened, records, correction), collection)
    if records:
        return found
    leaks = {} if found.get("clean", True) else {"clean": False}
    return unknown | leaks | {"statement": f"{unknown['statement']} {found['statement']}"}


def _opened(records: list[dict[str, Any]], correction: Correction | None) -> Iterator[Collection]:
    for record in records:
        fields = {name: value for name, value in record["recipe"].items() if name in DECIDING_DATA}
        train_parts, dev_parts = open_training_collections(Recipe.model_validate(fields))
        yield from train_parts + dev_parts
    if correction is not None:
        yield open_collection(correction.source)


def _compared(hashes: list[str], opened: Callable[[], Iterable[Collection]], collection: Collection) -> dict[str, Any]:
    """The comparison with the collections of these hashes, kept from an earlier time or made."""
    kept = _kept(list(dict.fromkeys(hashes)), collection)
    if kept.is_file():
        return {"checked": True, **json.loads(kept.read_text(encoding="utf-8"))}
    try:
        parts = list(opened())
    except IsoglotError as problem:
        return _unchecked(f"its training data cannot be opened ({str(problem).rstrip('.')})")
    if [part.content_hash for part in parts] != hashes:
        return _unchecked("its training data has changed since")
    found = leakage_record(list({part.content_hash: part for part in parts}.values()), collection)
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_text(kept, json.dumps(found, ensure_ascii=False))
    return {"checked": True, **found}


def told(record: dict[str, Any]) -> str:
    """The statement of a record, made anew where the record holds what it is made of."""
    return statement_of(record) if "evaluation" in record else str(record["statement"])


def _unchecked(reason: str) -> dict[str, Any]:
    return {"checked": False, "statement": f"Not checked whether the model was trained on this collection: {reason}."}


def _kept(trained: list[str], collection: Collection) -> Path:
    """Where a comparison is kept: it takes up to two minutes, and the content of both sides alone decides it."""
    hashes = [FORMAT, collection.content_hash, *trained]
    return cache_folder() / "leakage" / f"{sha256(' '.join(hashes).encode()).hexdigest()}.json"
