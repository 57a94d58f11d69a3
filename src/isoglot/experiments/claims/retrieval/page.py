"""Claims and their passages on the terminal."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from isoglot.evaluation.tables import decimal
from isoglot.experiments.claims.retrieval.verify import FOUND

SHOWN = 400  # characters of a passage; the JSON file has all


def verify_page(record: dict[str, Any]) -> RenderableType:
    """Everything a person looks at after `isoglot verify`.

    Args:
        record: of `verify`.
    """
    parts = [part for claim in record["claims"] for part in _claim(claim)]
    notes = [Text(line) for line in calibration_lines(record)]
    return Group(*parts, *notes, Text(record["statement"], "bold"))


def calibration_lines(record: dict[str, Any]) -> list[str]:
    """Where the probabilities come from and how good the threshold is, or why there are none."""
    if record["calibration"] is None:
        reason = record["uncalibrated_because"]
        return [f"Ranks and scores only, nothing calibrated: {reason}; give labelled claims with --calibrate."]
    found, quality = record["calibration"], record["calibration"]["quality"]
    fitted = (
        f"Calibrated on {found['topics']:,} topics of {found['collection']}, each as it is and with its relevant "
        "passages taken away: a probability supposes that every second claim has evidence in the corpus. Related "
        f"evidence counts as found from {found['threshold']:.2f} standard deviations above a claim's mean score in the "
        "corpus (the best F1 on these topics, and more probable than not)."
    )
    tested = (
        f"On {found['held_out_topics']:,} other topics: precision {decimal(quality['precision'])}, recall "
        f"{decimal(quality['recall'])}, coverage {decimal(quality['coverage'])}; with the relevant passages taken away "
        f"{decimal(quality['found_without_evidence'])} of the claims still count as found."
    )
    other = (
        f"The labelled claims are those of {found['collection']}, the corpus is {record['corpus']}: probabilities hold "
        "as far as the two are alike."
    )
    return [fitted, tested, *([other] if found["collection"] != record["corpus"] else [])]


def _claim(claim: dict[str, Any]) -> Iterator[RenderableType]:
    yield Text(claim["claim"], "bold")
    if claim["verdict"] is not None:
        colour = "green" if claim["verdict"] == FOUND else "yellow"
        sure = f" (probability {decimal(claim['probability'])} that the best passage is relevant)"
        yield Text.assemble((claim["verdict"], colour), sure)
    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("language", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("passage", ratio=1)
    for passage in claim["passages"]:
        shown = " ".join(f"{passage['title']} {passage['text']}".split())
        table.add_row(str(passage["rank"]), passage["language"], decimal(passage["score"]), Text(beginning(shown)))
    yield table
    yield Text()


def beginning(text: str) -> str:
    """A text of one line, without the words that end after the first `SHOWN` characters.

    >>> beginning("Lima"), beginning("one two " * 100)[-9:], len(beginning("利" * 500))
    ('Lima', 'one two …', 401)
    """
    if len(text) <= SHOWN:
        return text
    end = text.rfind(" ", SHOWN // 2, SHOWN + 1)
    return f"{text[:end]} …" if end >= 0 else f"{text[:SHOWN]}…"
