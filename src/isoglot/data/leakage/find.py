"""Whether texts of evaluation stand in the training data."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from isoglot.data.collection import Collection
from isoglot.data.leakage.grams import GRAM, WIDE_GRAM, Integers
from isoglot.data.leakage.pairs import Pairs, leaking_pairs
from isoglot.data.leakage.report import KINDS, SNIPPET, Compared, Count, Leak, LeakageReport, Place
from isoglot.data.leakage.same_topics import among, same_topic_leaks, shared_ids, union
from isoglot.data.leakage.similar import CONTAINED_COLUMNS, LOOSELY_CONTAINED_COLUMNS, NEAR_DUPLICATE_COLUMNS
from isoglot.data.leakage.texts import TABLES, Texts, texts_of
from isoglot.errors import RequestError

THRESHOLD = 0.8
LISTED = 1000
LENGTHS = {
    "gram_characters": GRAM,
    "wide_gram_characters": WIDE_GRAM,
    "near_duplicate_columns": NEAR_DUPLICATE_COLUMNS,
    "contained_columns": CONTAINED_COLUMNS,
    "loosely_contained_columns": LOOSELY_CONTAINED_COLUMNS,
}


def find_leaks(train: Sequence[Collection], evaluation: Collection, *, threshold: float = THRESHOLD) -> LeakageReport:
    """Compare every query and passage of training with every query and passage of evaluation.

    Two texts are a leak, by the first of these that holds, where

    - `exact`: they are equal;
    - `normalised`: they are equal but for case, white space, punctuation and compatibility forms;
    - `near-duplicate`: both have 20 columns, and the Jaccard index of their character n-gram sets reaches `threshold`;
    - `contained`: one has 40 columns and stands in the other word for word once both are normalised, or it has 100
      columns and a share of `threshold` of its n-grams is in the other.

    Equal texts of fewer than 20 columns are a kind of their own, `short`: a heading such as "Example" proves little.
    Nothing is compared by meaning. Translations are found by their ids alone: topic ids and parallel ids that stand in
    a training collection and in an evaluation collection of the same name are the kind `same topic`.

    Args:
        train: the training collections.
        evaluation: the evaluation collection.
        threshold: from 0.5 to 1. At 0.8 a sentence of 100 letters with one word replaced is found, while questions
            made from one template, about different things, are mostly not.

    Returns:
        A report on all pairs: none that fulfils the conditions is missed.

    Raises:
        RequestError: no training collection, or a threshold out of range.
    """
    if not train:
        raise RequestError("there is no training collection to compare; give one or more.")
    if not 0.5 <= threshold <= 1:
        raise RequestError(f"threshold is {threshold}; give a number from 0.5 to 1.")
    known, held = texts_of(train), texts_of([evaluation])
    pairs = leaking_pairs(known, held, threshold)
    shared = [shared_ids(each, evaluation) for each in train]
    ids = [leak for each, both in zip(train, shared, strict=True) for leak in same_topic_leaks(each, evaluation, both)]
    compared = [_compared(each, known, position, pairs.train) for position, each in enumerate(train)]
    found = [replace(each, **asdict(both)) for each, both in zip(compared, shared, strict=True)]
    leaking = replace(_compared(evaluation, held, 0, pairs.evaluation), **asdict(union(shared)))
    return LeakageReport(
        train=tuple(replace(each, touched=_touched(own, each)) for own, each in zip(train, found, strict=True)),
        evaluation=replace(leaking, touched=_touched(evaluation, leaking)),
        parameters={"threshold": threshold, **LENGTHS},
        counts=(*_counts_of_ids(ids), *_counts_of_texts(pairs, known, held)),
        leaks=(*ids, *_leaks(pairs, train, known, evaluation, held))[:LISTED],
    )


def leakage_record(train: Sequence[Collection], evaluation: Collection) -> dict[str, Any]:
    """`find_leaks` as a run folder keeps it: the statement, what was compared, counts and the most severe pairs."""
    return find_leaks(train, evaluation).to_dict()


def _compared(collection: Collection, texts: Texts, position: int, places: Integers) -> Compared:
    rows = texts.rows_of(places)
    rows = rows.filter(pc.equal(rows["collection"], position))
    queries, passages = (frozenset(rows.filter(pc.equal(rows["table"], table))["id"].to_pylist()) for table in (0, 1))
    size = collection.queries.num_rows + collection.passages.num_rows
    return Compared(collection.name, collection.content_hash, size, queries, passages)


def _touched(collection: Collection, leaking: Compared) -> frozenset[str]:
    queries, judgments = collection.queries, collection.qrels.filter(pc.greater(collection.qrels["relevance"], 0))
    asked = queries.filter(among(queries["query_id"], leaking.queries))["topic_id"].to_pylist()
    answered = judgments.filter(among(judgments["passage_id"], leaking.passages))["topic_id"].to_pylist()
    return leaking.topics.union(asked, answered)


def _counts_of_ids(leaks: list[Leak]) -> Iterator[Count]:
    for label, pairs in sorted(Counter(leak.train.table for leak in leaks).items()):
        yield Count(KINDS[0], label, label, "", pairs)


def _counts_of_texts(pairs: Pairs, train: Texts, evaluation: Texts) -> Iterator[Count]:
    languages = evaluation.rows["language"].combine_chunks().dictionary_encode()
    row = evaluation.place_row[pairs.evaluation]
    columns = (
        pairs.kind,
        train.rows["table"].to_numpy()[train.place_row[pairs.train]],
        evaluation.rows["table"].to_numpy()[row],
        languages.indices.to_numpy()[row],
    )
    names = languages.dictionary.to_pylist()
    groups, count = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    for (kind, first, second, language), size in zip(groups.tolist(), count.tolist(), strict=True):
        yield Count(KINDS[kind], TABLES[first], TABLES[second], names[language], size)


def _leaks(
    pairs: Pairs, train: Sequence[Collection], known: Texts, evaluation: Collection, held: Texts
) -> Iterator[Leak]:
    first = _places(known, train, pairs.train[:LISTED])
    second = _places(held, [evaluation], pairs.evaluation[:LISTED])
    for kind, similarity, *places in zip(pairs.kind, pairs.similarity, first, second, strict=False):
        yield Leak(KINDS[kind], float(similarity), *places)


def _places(texts: Texts, collections: Sequence[Collection], places: Integers) -> list[Place]:
    rows = np.bincount(texts.row_place)[places].tolist()
    return [
        Place(
            collections[row["collection"]].name,
            TABLES[row["table"]],
            row["id"],
            count,
            row["language"],
            row["text"][:SNIPPET],
        )
        for row, count in zip(texts.first_rows(places).to_pylist(), rows, strict=True)
    ]
