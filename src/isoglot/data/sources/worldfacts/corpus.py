"""Facts and wordings put together: a fully parallel collection, and its cut into train and held-out facts."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pyarrow as pa

from isoglot.data.collection import PASSAGES, QRELS, QUERIES, Collection
from isoglot.data.sources.worldfacts.facts import Fact, all_facts
from isoglot.data.sources.worldfacts.names import Term, name
from isoglot.data.sources.worldfacts.templates import hashed, languages, sentence, templates
from isoglot.errors import RequestError

PARTS = ("all", "train", "held-out")
HELD_OUT_RELATIONS = {"first-day", "script", "month-number"}
HELD_OUT_SHARE = 0.09


class NamedFact(NamedTuple):
    """A fact and, per language, what fills the slots of its wordings."""

    fact: Fact
    slots: dict[str, dict[str, str]]


def read(part: str = "all") -> Collection:
    """Build `worldfacts` or a part of it: one query and one passage per fact and language, fully parallel.

    `held-out` holds the relations of `HELD_OUT_RELATIONS` and a fixed share of the facts of every other relation;
    `train` holds the rest, so no held-out fact is said or asked in `train` in any language.

    Raises:
        RequestError: `part` is none of `PARTS`.
    """
    if part not in PARTS:
        raise RequestError(f"worldfacts has no part {part!r}; write one of {', '.join(PARTS)}.")
    wanted = {"all": (True, False), "train": (False,), "held-out": (True,)}[part]
    facts = [named for named in named_facts() if is_held_out(named.fact) in wanted]
    queries, passages, qrels = _tables(facts)
    return Collection(
        "worldfacts" if part == "all" else f"worldfacts/{part}",
        queries,
        passages,
        qrels,
        licence="Unicode-3.0 (facts), Apache-2.0 (sentences)",
        source="Unicode CLDR through Babel",
        evaluation_only=part != "train",
    )


def is_held_out(fact: Fact) -> bool:
    """True for facts that only the held-out part holds; decided by the fact alone, not by how many there are."""
    return fact.relation in HELD_OUT_RELATIONS or hashed(f"held-out:{fact.topic_id}") < HELD_OUT_SHARE * 2**64


@cache
def named_facts() -> list[NamedFact]:
    """The facts that every language can name and whose question means one thing only in every language."""
    named = [NamedFact(fact, slots) for fact in all_facts() if (slots := _slots(fact))]
    asked = Counter(question for fact in named for question in _first_questions(fact))
    return [fact for fact in named if all(asked[question] == 1 for question in _first_questions(fact))]


def _slots(fact: Fact) -> dict[str, dict[str, str]]:
    """What fills the slots in each language; empty where some language lacks a name."""
    slots: dict[str, dict[str, str]] = {}
    for language in languages():
        filled = {slot: text for slot, term in fact.slots if (text := _text(term, language))}
        if len(filled) < len(fact.slots):
            return {}
        slots[language] = filled
    return slots


def _text(term: Term, language: str) -> str | None:
    return templates(language).words[term.code] if term.kind == "word" else name(term, language)


def _first_questions(named: NamedFact) -> Iterator[tuple[str, str]]:
    """The first wording of the question in each language: equal for two facts exactly where any wording would be."""
    for language, slots in named.slots.items():
        yield language, templates(language).questions[named.fact.pattern][0].format_map(slots)


def _tables(facts: list[NamedFact]) -> tuple[pa.Table, pa.Table, pa.Table]:
    said = [(*named, language) for named in facts for language in named.slots]
    topics = [fact.topic_id for fact, _, _ in said]
    spoken = [language for _, _, language in said]
    passages = [f"{topic}:{language}" for topic, language in zip(topics, spoken, strict=True)]
    queries = [f"{passage}:q" for passage in passages]
    questions, statements = _texts(said, queries, "questions"), _texts(said, passages, "passages")
    return (
        pa.table([queries, topics, spoken, questions], schema=QUERIES),
        pa.table([passages, topics, spoken, [""] * len(said), statements], schema=PASSAGES),
        pa.table([topics, passages, [1] * len(said)], schema=QRELS),
    )


def _texts(said: list[tuple[Fact, dict[str, dict[str, str]], str]], keys: list[str], role: str) -> list[str]:
    return [
        sentence(getattr(templates(language), role)[fact.pattern], key, slots[language], language)
        for (fact, slots, language), key in zip(said, keys, strict=True)
    ]
