"""Training-free corrections of isoglot/use-m3, fitted on help pages; prints the tables of docs/results.md.

    python reproductions/training_free_corrections.py choose --data DATA   # on dev topics of training sets
    python reproductions/training_free_corrections.py run --data DATA      # zero-shot on XQuAD-R

DATA holds `help-pages/`, `package-descriptions/` and `xquad-r/`. Everything that was chosen (the number of components
of LIR, what becomes of languages that were not fitted) was chosen by the first table, which knows nothing of XQuAD-R.
"""

import argparse
import platform
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.data.split import split_topics
from isoglot.evaluation.encoded import EncodedCollection, encode_collection
from isoglot.evaluation.evaluate import evaluate_encoded
from isoglot.evaluation.measures import parse
from isoglot.evaluation.summary import SETTINGS
from isoglot.evaluation.tables import decimal
from isoglot.models.debias import Correction, Kind, Sample, encode_samples, fit
from isoglot.models.load import load_model
from isoglot.models.roles import Role

MODEL = "isoglot/use-m3"
DEV_TOPICS = 500
COMPONENTS = (1, 2, 3, 5)
HELD_OUT_STEP = 3
Samples = dict[Role, Sample]


def choose(data: Path) -> None:
    """Correct the dev topics of both training sets, then the same with a third of the languages left out of the fit."""
    model = load_model(MODEL)
    rest, dev = split_topics(help_pages(data), DEV_TOPICS)
    packages = open_collection(str(data / "package-descriptions/package-descriptions.jsonl.gz"))
    parts = [(part, encode_collection(model, part)) for part in (dev, split_topics(packages, DEV_TOPICS)[1])]
    samples = encode_samples(model, rest)
    print(heading())
    for name, correction in corrections(samples, rest):
        for part, encoded in parts:
            print_row(f"{part.name} dev: {name}", part, encoded, correction)
    fewer = {role: without(sample, sample.languages[::HELD_OUT_STEP]) for role, sample in samples.items()}
    for name, correction in corrections(fewer, rest):
        if correction is not None and correction.kind != "shift":
            for label, each in (("as the average", correction), ("unchanged", left_alone(correction))):
                print_row(f"packages dev: {name} of two thirds of the languages, others {label}", *parts[1], each)


def run(data: Path) -> None:
    """Correct XQuAD-R with what was fitted on help pages, and with means of XQuAD-R itself, which nobody has."""
    model = load_model(MODEL)
    xquad = open_collection(f"xquad-r={data / 'xquad-r'}")
    encoded = encode_collection(model, xquad)
    rest = split_topics(help_pages(data), DEV_TOPICS)[0]
    samples = encode_samples(model, rest)
    unfitted = sorted(set(xquad.languages) - set(samples["passage"].languages))
    print(heading())
    for name, correction in corrections(samples, rest):
        print_row(name, xquad, encoded, correction)
    kinds: tuple[Kind, ...] = ("centre", "lir")
    for kind in kinds:
        correction = left_alone(fit(kind, samples, rest))
        print_row(f"{kind}, {' and '.join(unfitted)} unchanged", xquad, encoded, correction)
    own = fit("centre", encode_samples(model, xquad), xquad)
    print_row("centre on XQuAD-R itself", xquad, encoded, own)


def help_pages(data: Path) -> Collection:
    """The training collection that corrections are fitted on."""
    return open_collection(str(data / "help-pages/help-pages.jsonl.gz"))


def corrections(samples: Samples, collection: Collection) -> Iterator[tuple[str, Correction | None]]:
    """Every correction by name, none first."""
    yield "none", None
    yield "centre", fit("centre", samples, collection)
    for components in COMPONENTS:
        yield f"LIR, {components} removed", fit("lir", samples, collection, components=components)
    yield "shift", fit("shift", samples, collection)


def without(sample: Sample, languages: tuple[str, ...]) -> Sample:
    """The sample less the texts in these languages."""
    kept = np.array([language not in languages for language in sample.languages])
    chosen = kept[sample.language]
    code = (np.cumsum(kept) - 1)[sample.language[chosen]]
    names = tuple(name for name, stays in zip(sample.languages, kept, strict=True) if stays)
    return Sample(sample.vectors[chosen], code, sample.group[chosen], names)


def left_alone(correction: Correction) -> Correction:
    """The correction that changes nothing of a language that was not fitted."""
    query, passage = (
        replace(each, removed=np.concatenate([each.removed[:-1], np.zeros_like(each.removed[-1:])]))
        for each in (correction.query, correction.passage)
    )
    return replace(correction, query=query, passage=passage)


def heading() -> str:
    """Date, machine, and the head of the table."""
    about = f"{datetime.now(UTC):%Y-%m-%d}, {platform.processor() or platform.machine()}"
    head = f"| correction | {' | '.join(SETTINGS)} | RD |\n|---|---|---|---|---|"
    return f"{about}, {torch.get_num_threads()} threads\n\n{head}"


def print_row(name: str, collection: Collection, encoded: EncodedCollection, correction: Correction | None) -> None:
    """Evaluate corrected vectors and print mAP in the three settings and the rank distance."""
    corrected = encoded if correction is None else encoded.corrected(collection, correction)
    scores = evaluate_encoded(collection, corrected, measures=[parse("AP")]).scores
    cells = [decimal(scores["settings"][setting].get("AP")) for setting in SETTINGS]
    print(f"| {name} | {' | '.join(cells)} | {scores['bias']['RD']:,.0f} |", flush=True)


def main() -> None:
    """Read the arguments and do what they say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("choose", "run"))
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    {"choose": choose, "run": run}[arguments.what](arguments.data)


if __name__ == "__main__":
    main()
