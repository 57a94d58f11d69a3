"""What a finished training leaves beside the weights: `training.json`, `recipe.yaml` and a model card."""

import json
import os
import platform
import shutil
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.files import write_text
from isoglot.models.roles import prompt_of
from isoglot.training.contents import model_contents
from isoglot.training.recipe import Recipe, write_recipe
from isoglot.training.trainer import PlanTrainer
from isoglot.versions import versions_of

RECORD = "training.json"
# Fields that decide how a training runs, and not what comes out, but for rounding and dropout.
FREE = ("chunk_tokens", "compile", "report_to")
LIBRARIES = ("isoglot", "sentence-transformers", "transformers", "torch")


def request_record(recipe: Recipe, train_parts: list[Collection], dev_parts: list[Collection]) -> dict[str, Any]:
    """What decides a training; see `differences`."""
    record = {
        "recipe": recipe.model_dump(),
        "collections": [_about(part) for part in train_parts],
        "dev": [_about(part) for part in dev_parts],
        "models": model_contents(recipe),
    }
    return json.loads(json.dumps(record)) | {"before": training_records(Path(recipe.model))}


def training_records(model: Path) -> list[dict[str, Any]]:
    """What a model of this folder was trained on, and the model that this training began with, newest first.

    Of each training its "recipe", and the "collections" and "dev" topics by name and content; an empty list for a model
    of which no training is known.
    """
    try:
        record = json.loads((model / RECORD).read_text(encoding="utf-8"))
        return [{name: record[name] for name in ("recipe", "collections", "dev")}, *record.get("before", [])]
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):  # or a file from elsewhere
        return []


def keep_record(model: Path, folder: Path) -> None:
    """Put what is known of a model's training beside a model that was made from it."""
    if (model / RECORD).is_file():
        shutil.copy(model / RECORD, folder / RECORD)


def differences(begun: dict[str, Any], asked: dict[str, Any]) -> str:
    """What makes the records of two requests unlike runs, with both values; empty where they are the same run.

    >>> differences({"recipe": {"seed": 1, "chunk_tokens": 64}}, {"recipe": {"seed": 2, "chunk_tokens": 32}})
    'seed is 1 there and 2 here'
    """
    before, now = _deciding(begun), _deciding(asked)
    names = [name for name in before | now if before.get(name) != now.get(name)]
    return ", ".join(f"{name} is {before.get(name)!r} there and {now.get(name)!r} here" for name in names)


def _deciding(record: dict[str, Any]) -> dict[str, Any]:
    """Everything in a record that decides the model, by name."""
    recipe = {name: value for name, value in record["recipe"].items() if name not in FREE}
    kinds = {"training content": "collections", "dev content": "dev"}
    content: dict[str, list[str]] = defaultdict(list)  # collections may share a name
    for kind, key in kinds.items():
        for part in record.get(key, ()):
            content[f"{kind} of {part['name']}"].append(f"{part['topics']} topics, {part['content_hash'][:12]}")
    for role, digest in record.get("models", {}).items():
        content[f"content of the {role}"].append(digest[:12])
    return recipe | {name: "; ".join(parts) for name, parts in content.items()}


def measured_record(trainer: PlanTrainer, seconds: float, first_step: int) -> dict[str, Any]:
    """What came out; `seconds` counts from `first_step`, with loading and dev evaluations."""
    return {
        "first_step": first_step,
        "seconds": round(seconds, 1),
        "best_step": trainer.state.best_global_step,
        "dev_score": trainer.state.best_metric,
        "wait_share": trainer.clock.wait_share,
        "hardware": {
            "device": str(trainer.model.device),
            "threads": torch.get_num_threads(),
            "cpu": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
            "workers": trainer.args.world_size,
        },
        "versions": versions_of(LIBRARIES),
        "log": trainer.state.log_history,
    }


def write_model(model: SentenceTransformer, recipe: Recipe, record: dict[str, Any], folder: Path) -> None:
    """Write the model as a sentence-transformers folder with the record, the recipe and a card."""
    model.save_pretrained(str(folder), create_model_card=False)
    write_text(folder / "recipe.yaml", write_recipe(recipe))
    write_text(folder / "README.md", model_card(model, recipe, record))
    write_text(folder / RECORD, json.dumps(record, indent=2) + "\n")


def model_card(model: SentenceTransformer, recipe: Recipe, record: dict[str, Any]) -> str:
    """A page on what the model is, how it was trained and how to open it."""
    own_layers = any(type(module).__module__.startswith("isoglot.") for module in model)
    opening = "SentenceTransformer(path, trust_remote_code=True)" if own_layers else "SentenceTransformer(path)"
    needs = "isoglot must be installed: some layers are defined there.\n\n" if own_layers else ""
    collections = ", ".join(f"{each['name']} ({each['topics']:,} topics)" for each in record["collections"])
    return f"""---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, isoglot, multilingual, retrieval]
---

# {recipe.model} trained with {recipe.strategy} batches

Trained by isoglot {version("isoglot")} from `{recipe.model}` on {collections}: {recipe.steps:,} steps of
{recipe.batch_size} examples, InfoNCE at temperature {recipe.temperature}, learning rate {recipe.learning_rate}, seed
{recipe.seed}. `recipe.yaml` trains it again; `training.json` holds the log, data fingerprints and versions.
The licence of the start model and of the collections hold for it.

{needs}```python
from sentence_transformers import SentenceTransformer

model = {opening}
queries = model.encode_query(["..."])        # prompt: {prompt_of(model, "query")!r}
passages = model.encode_document(["..."])    # prompt: {prompt_of(model, "passage")!r}
```
"""


def _about(collection: Collection) -> dict[str, Any]:
    return {"name": collection.name, "topics": len(collection.topics), "content_hash": collection.content_hash}
