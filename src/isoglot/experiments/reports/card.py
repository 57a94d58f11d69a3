"""The model card of the best trained model, with its zero-shot scores where the Hugging Face hub looks for them."""

import re
from pathlib import Path
from typing import Any

import yaml

from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.folder import MODEL, CellFolder
from isoglot.experiments.reports.content import HYBRID, Content

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def best_hybrid(content: Content) -> Cell | None:
    """The cell of a hybrid system with the best dev score, without one the first seed of the main hybrid.

    Scores on the collections do not choose: they would no longer be zero-shot.
    """
    found = [cell for cell in content.cells if cell.recipe.strategy == HYBRID and cell.key in content.records]
    scored = [cell for cell in found if content.records[cell.key]["dev_score"] is not None]
    main = {start.main.get(HYBRID) for start in content.starts}
    unscored = sorted(found, key=lambda cell: cell.system not in main)
    return max(scored, key=lambda cell: content.records[cell.key]["dev_score"], default=next(iter(unscored), None))


def card_of(content: Content, cell: Cell) -> str:
    """The card in the model's folder with the results of its evaluations."""
    own = CellFolder.of_cell(content.folder, cell)
    found = {
        collection: scores
        for (collection, system), seeds in content.scores.items()
        if system == cell.system
        for scores in seeds
        if _is_of(scores, own)
    }
    return with_results((own.path / MODEL / "README.md").read_text(encoding="utf-8"), found, _name(cell))


def with_results(card: str, scores: dict[str, dict[str, Any]], name: str) -> str:
    """A card with a model index, and a table of the same numbers.

    Args:
        card: with YAML front matter, as the training wrote it.
        scores: the content of `scores.json` by collection.
        name: what the model is called in the index.
    """
    found = FRONT_MATTER.match(card)
    metadata = yaml.safe_load(found[1]) if found else {}
    results = [_result(collection, each) for collection, each in scores.items()]
    metadata["language"] = sorted({code for each in scores.values() for code in each["languages"]})
    metadata["model-index"] = [{"name": name, "results": results}]
    front = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n{card[found.end() :] if found else card}\n{_table(scores)}"


def _result(collection: str, scores: dict[str, Any]) -> dict[str, Any]:
    """One entry of a model index: https://huggingface.co/docs/hub/model-cards#evaluation-results."""
    metrics = [
        {"type": measure, "name": f"{measure}, {setting}", "value": round(value, 4)}
        for setting, own in scores["settings"].items()
        for measure, value in own.items()
        if measure in ("AP", "nDCG@10", "R@10")
    ]
    if RANK_DISTANCE in scores["bias"]:
        distance = {"type": RANK_DISTANCE, "name": "rank distance", "value": round(scores["bias"][RANK_DISTANCE], 1)}
        metrics.append(distance)
    dataset = {"type": collection, "name": collection, "revision": scores["content_hash"][:12]}
    return {"task": {"type": "text-retrieval", "name": "zero-shot retrieval"}, "dataset": dataset, "metrics": metrics}


def _table(scores: dict[str, dict[str, Any]]) -> str:
    lines = ["## Zero-shot evaluation", "", "| collection | setting | AP | nDCG@10 | R@10 |", "|---|---|---|---|---|"]
    for collection, each in scores.items():
        for setting, own in each["settings"].items():
            if own:
                shown = " | ".join(f"{own[measure]:.3f}" for measure in ("AP", "nDCG@10", "R@10"))
                lines.append(f"| {collection} | {setting} | {shown} |")
    statements = dict.fromkeys(each["leakage"]["statement"] for each in scores.values() if "leakage" in each)
    return "\n".join([*lines, "", *statements]) + "\n"


def _is_of(scores: dict[str, Any], folder: CellFolder) -> bool:
    return Path(scores["model"]).parent.name == folder.path.name


def _name(cell: Cell) -> str:
    return f"{Path(cell.recipe.model).name}-{cell.recipe.strategy}"
