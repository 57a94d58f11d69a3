"""Four strategies, trained on help pages, evaluated zero-shot on XQuAD-R; prints the tables of docs/results.md.

    python reproductions/help_pages_to_xquad_r.py choose --data DATA --out DIR   # candidate recipes compared
    python reproductions/help_pages_to_xquad_r.py run --data DATA --out DIR      # 4 strategies x 3 seeds, evaluated
    python reproductions/help_pages_to_xquad_r.py table --out DIR                # mean and standard deviation

DATA holds `help-pages/`, `package-descriptions/`, `native-qa/` and `xquad-r/`. What is finished in DIR is not run
again. Two processes may share DIR when they take different seeds.
"""

import argparse
import json
from itertools import product
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from rich.console import Console

from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.data.split import split_topics
from isoglot.evaluation import files
from isoglot.evaluation.evaluate import evaluate
from isoglot.evaluation.summary import SETTINGS
from isoglot.files import new_folder
from isoglot.models.load import load_model
from isoglot.training.dev import DevEvaluator
from isoglot.training.recipe import Recipe, StrategyName
from isoglot.training.record import RECORD
from isoglot.training.run import train

START = "isoglot/use-m3"
STRATEGIES: tuple[StrategyName, ...] = ("mixed", "monolingual", "cross-lingual", "hybrid")
CANDIDATES = [(rate, 0.05) for rate in (3e-5, 1e-4, 3e-4)] + [(1e-4, 0.02), (1e-4, 0.1)]
# Candidates are compared on the two strategies that hybrid is held against, so that none is tuned for hybrid.
CHOSEN_ON: tuple[StrategyName, ...] = ("monolingual", "cross-lingual")
CHOSEN_RATE, CHOSEN_TEMPERATURE = 1e-4, 0.05
FULL_LENGTH = 256


def recipe(data: Path, strategy: StrategyName, seed: int, rate: float, temperature: float) -> Recipe:
    """The recipe of a run; only what differs between runs is an argument."""
    return Recipe(
        model=START,
        train=[str(data / "help-pages/help-pages.jsonl.gz")],
        strategy=strategy,
        seed=seed,
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
        folder = out / "choose" / f"{strategy}-{rate:g}-{temperature:g}"
        if not (folder / RECORD).exists():
            train(recipe(data, strategy, 0, rate, temperature), folder)
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


def run(data: Path, out: Path, seeds: list[int]) -> None:
    """Train and evaluate every strategy with every seed, and evaluate the start."""
    xquad = open_collection(f"xquad-r={data / 'xquad-r'}")
    _evaluate(START, xquad, out / "scores" / "start")
    for seed, strategy in product(seeds, STRATEGIES):
        folder = out / "models" / f"{strategy}-{seed}"
        if not (folder / RECORD).exists():
            train(recipe(data, strategy, seed, CHOSEN_RATE, CHOSEN_TEMPERATURE), folder)
        _evaluate(str(folder), xquad, out / "scores" / f"{strategy}-{seed}")


def _evaluate(model: str, collection: Collection, folder: Path) -> None:
    if (folder / files.SCORES).exists():
        return
    result = evaluate(load_model(model, max_length=FULL_LENGTH), collection)
    with new_folder(folder, files.SCORES) as temporary:
        files.write_evaluation(result, model, collection, temporary)
    Console(stderr=True).print(f"evaluated {folder.name}")


def table(out: Path) -> None:
    """Print mean and standard deviation over the seeds that are there, and the pool's mAP by query language."""
    found = {name: _runs(out, name) for name in ("start", *STRATEGIES)}
    scores = {name: [_scores(run) for run in runs] for name, runs in found.items() if runs}
    print("| trained with | seeds | " + " | ".join(SETTINGS) + " | RD | training time |")
    print("|---|---|---|---|---|---|---|")
    for name, runs in scores.items():
        cells = [_spread([each["settings"][setting]["AP"] for each in runs], ".3f") for setting in SETTINGS]
        distance = _spread([each["bias"]["RD"] for each in runs], ",.0f")
        print(f"| {name} | {len(runs)} | {' | '.join(cells)} | {distance} | {_training_time(out, found[name])} |")
    print("\n| query language | " + " | ".join(scores) + " |")
    print("|---|" + "---|" * len(scores))
    for language in scores["start"][0]["languages"]:
        pooled = [[each["languages"][language]["multilingual"]["AP"] for each in runs] for runs in scores.values()]
        print(f"| {language} | {' | '.join(_spread(values, '.3f') for values in pooled)} |")


def _runs(out: Path, name: str) -> list[Path]:
    return sorted((out / "scores").glob(name if name == "start" else f"{name}-[0-9]"))


def _scores(run: Path) -> dict[str, Any]:
    return json.loads((run / files.SCORES).read_text(encoding="utf-8"))


def _spread(values: list[float], form: str) -> str:
    middle = format(mean(values), form)
    return f"{middle} ± {format(stdev(values), form)}" if len(values) > 1 else middle


def _training_time(out: Path, runs: list[Path]) -> str:
    records = [out / "models" / run.name / RECORD for run in runs]
    seconds = [json.loads(path.read_text(encoding="utf-8"))["seconds"] for path in records if path.exists()]
    return f"{mean(seconds):.0f} s" if seconds else "–"


def main() -> None:
    """Read the arguments and do what they say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("choose", "run", "table"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments = parser.parse_args()
    if arguments.what != "table" and arguments.data is None:
        parser.error("choose and run need --data")
    if arguments.what == "choose":
        choose(arguments.data, arguments.out)
    elif arguments.what == "run":
        run(arguments.data, arguments.out, arguments.seeds)
    else:
        table(arguments.out)


if __name__ == "__main__":
    main()
