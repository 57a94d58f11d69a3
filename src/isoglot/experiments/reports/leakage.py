"""What the evaluations of trained systems say of leakage: what was compared, and the pairs that were found."""

from typing import Any

from isoglot.data.leakage.report import LEAKING
from isoglot.experiments.grid.work import BM25
from isoglot.experiments.leakage import told
from isoglot.experiments.reports.content import Content
from isoglot.experiments.reports.table import Table, Value

SHOWN_PAIRS = 20
SHOWN_CHARACTERS = 300


def leakage_records(content: Content, collection: str) -> dict[str, dict[str, Any]]:
    """The differing records of comparing a collection with training data, each by the first system it is of."""
    found: dict[str, dict[str, Any]] = {}
    for (name, system), scores in content.scores.items():
        for record in (each["leakage"] for each in scores if each.get("leakage", {}).get("checked")):
            if name == collection and "evaluation" in record and record not in found.values():
                found[system] = record
    return found


def leakage_statements(content: Content) -> list[tuple[str, str]]:
    """What each collection's evaluations say of leakage, alike statements once, with the systems they are of."""
    found: dict[tuple[str, str], list[str]] = {}
    for (collection, system), scores in content.scores.items():
        if " + " in system or system == BM25:  # a correction of a system, and what is not trained
            continue
        for statement in dict.fromkeys(told(each["leakage"]) for each in scores if "leakage" in each):
            found.setdefault((collection, statement), []).append(system)
    return [(f"{collection}: {'; '.join(systems)}", statement) for (collection, statement), systems in found.items()]


def leaking(record: dict[str, Any]) -> bool:
    """Whether something was found."""
    return not record.get("clean", True)


def leaking_texts(record: dict[str, Any]) -> str:
    """How much of the evaluation collection leaks.

    >>> held = {"leaking_queries": 0, "leaking_passages": 1, "leaking_topics": 0, "leaking_groups": 0, "texts": 5483}
    >>> leaking_texts({"evaluation": held})
    '1 passage of 5,483 texts'
    """
    held = record["evaluation"]
    counts = {words: held[f"leaking_{name}"] for name, words in LEAKING.items()}
    shown = [f"{count:,} {one if count == 1 else several}" for (one, several), count in counts.items() if count]
    return f"{' and '.join(shown) or 'none'} of {held['texts']:,} texts"


def pair_table(content: Content) -> Table:
    """The pairs that leak, the most severe of each collection."""
    rows = [
        (
            Value(collection),
            Value(f"{pair['kind']}, {pair['similarity']:.2f}"),
            *map(_place, (pair["train"], pair["evaluation"])),
        )
        for collection in content.collections
        for record in leakage_records(content, collection).values()
        for pair in record.get("leaks", [])[:SHOWN_PAIRS]
    ]
    note = f"At most {SHOWN_PAIRS} pairs of a collection; scores.json of each evaluation lists 100."
    return Table(
        "leaks",
        "Texts of evaluation that are in training data",
        ["collection", "kind", "training", "evaluation"],
        [list(row) for row in dict.fromkeys(rows)],
        note,
    )


def _place(place: dict[str, Any]) -> Value:
    where = f"{place['collection']} {place['table']} {place['id']} ({place['language']})"
    return Value(" ".join(place["text"].split())[:SHOWN_CHARACTERS], (where,))
