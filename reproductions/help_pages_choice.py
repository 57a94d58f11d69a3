"""How the recipe of help_pages_to_xquad_r.yaml was chosen: candidates compared; prints a table of docs/results.md.

    python reproductions/help_pages_choice.py --data DATA --out DIR

DATA holds `help-pages/`, `package-descriptions/` and `native-qa/`. What is finished in DIR is not trained again.
"""

import argparse
import json
from itertools import product
from pathlib import Path
from statistics import mean

from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.data.split import split_topics
from isoglot.models.load import load_model
from isoglot.training.dev import DevEvaluator
from isoglot.training.recipe import Recipe, StrategyName
from isoglot.training.record import RECORD
from isoglot.training.run import train

START = "isoglot/use-m3"
CANDIDATES = [(rate, 0.05) for rate in (3e-5, 1e-4, 3e-4)] + [(1e-4, 0.02), (1e-4, 0.1)]
# Candidates are compared on the two strategies that hybrid is held against, so that none is tuned for hybrid.
CHOSEN_ON: tuple[StrategyName, ...] = ("monolingual", "cross-lingual")
FULL_LENGTH = 256


def recipe(data: Path, strategy: StrategyName, rate: float, temperature: float) -> Recipe:
    """The recipe of a candidate."""
    return Recipe(
        model=START,
        train=[str(data / "help-pages/help-pages.jsonl.gz")],
        strategy=strategy,
        learning_rate=rate,
        temperature=temperature,
        steps=200,
        eval_steps=100,
        max_length=64,
    )


def choose(data: Path, out: Path) -> None:
    """Train every candidate, and print its dev AP and what it does to text of other training sets.

    The dev split of the help pages cannot see what a hot recipe makes the model forget, so the choice is by transfer:
    dev topics of the package descriptions and of the native questions, none of which the candidates train on.
    """
    packages = [dev_topics(data / "package-descriptions/package-descriptions.jsonl.gz")]
    native = [dev_topics(data / f"native-qa/{language}.jsonl.gz") for language in ("ar", "ja", "th", "zh")]
    print(
        "| learning rate | temperature | trained with | dev AP | package descriptions | native questions | transfer |"
    )
    print("|---|---|---|---|---|---|---|")
    _print_choice("start | – | –", "–", START, packages, native)
    for (rate, temperature), strategy in product(CANDIDATES, CHOSEN_ON):
        folder = out / f"{strategy}-{rate:g}-{temperature:g}"
        if not (folder / RECORD).exists():
            train(recipe(data, strategy, rate, temperature), folder)
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        label = f"{rate:g} | {temperature:g} | {strategy}"
        _print_choice(label, f"{record['dev_score']:.3f}", str(folder), packages, native)


def dev_topics(path: Path) -> Collection:
    """500 topics of a training set, in all their languages."""
    return split_topics(open_collection(str(path)), 500)[1]


def _print_choice(label: str, dev: str, name: str, packages: list[Collection], native: list[Collection]) -> None:
    model = load_model(name, max_length=FULL_LENGTH)
    other, questions = (DevEvaluator(part)(model)["score"] for part in (packages, native))
    print(f"| {label} | {dev} | {other:.3f} | {questions:.3f} | {mean((other, questions)):.3f} |", flush=True)


def main() -> None:
    """Read the arguments and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    choose(arguments.data, arguments.out)


if __name__ == "__main__":
    main()
