"""The texts whose tokens are kept, each behind the prompt that the model puts before it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf

import numpy as np
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.data.languages import language_problem
from isoglot.errors import RequestError, unknown
from isoglot.models.roles import ROLES, Role, prompt_of
from isoglot.models.trim.characters import scripts_of
from isoglot.models.trim.token_table import TokenTable

Covered = Mapping[Role, Sequence[str]]
BATCH_TEXTS = 256
NO_LIMIT = 2**30


def covered_texts(collections: Sequence[Collection], languages: Sequence[str] | None = None) -> dict[Role, list[str]]:
    """The distinct queries and passages of the collections.

    Args:
        collections: at least one.
        languages: take the texts of these only.

    Raises:
        RequestError: a language is no code or in no collection, or a collection has none of the languages.
    """
    if languages is not None:
        _check(collections, languages)
        collections = [each.select_languages(languages) for each in collections]
    return {
        "query": [*dict.fromkeys(text for each in collections for text in each.query_texts)],
        "passage": [*dict.fromkeys(text for each in collections for text in each.passage_texts)],
    }


def _check(collections: Sequence[Collection], languages: Sequence[str]) -> None:
    known = sorted({language for each in collections for language in each.languages})
    for language in languages:
        if problem := language_problem(language):
            raise RequestError(f"{problem}.")
        if language not in known:
            raise unknown("language", language, known)
    for each in collections:
        if not {*languages} & {*each.languages}:
            wanted, there = ", ".join(languages), ", ".join(each.languages)
            raise RequestError(f"{each.name} has no text in {wanted}; leave it out, or choose among {there}.")


def kept_ids(model: SentenceTransformer, table: TokenTable, covered: Covered) -> list[int]:
    """The ids of all tokens that trimming keeps, ascending.

    These are the tokens of the whole texts behind their prompts and of the prompts alone, and what goes with them:
    see `Vocabulary.closed` and `TokenTable.reserved`.
    """
    batches = [*_batches(model, covered)]
    used = set(table.reserved)
    with _whole_texts(model):
        for prompt, texts in batches:
            found = set(np.unique(table.module.preprocess(texts, prompt=prompt)["input_ids"].numpy()).tolist())
            used |= found | table.vocabulary.behind([prompt + text for text in texts], found)
    scripts = scripts_of(text for prompt, texts in batches for text in (prompt, *texts))
    return sorted(table.vocabulary.closed(used, scripts))


def _batches(model: SentenceTransformer, covered: Covered) -> Iterator[tuple[str, list[str]]]:
    prompts = [prompt for prompt in model.prompts.values() if prompt]
    yield "", ["", *prompts]  # poolings that leave a prompt out count the tokens that it has alone
    for role in ROLES:
        texts = sorted(covered[role], key=len)  # texts of one length need no padding
        for first in range(0, len(texts), BATCH_TEXTS):
            yield prompt_of(model, role), texts[first : first + BATCH_TEXTS]


@contextmanager
def _whole_texts(model: SentenceTransformer) -> Iterator[None]:
    """What is cut off today may be read tomorrow, at another maximum length or in sections."""
    limit = model.max_seq_length
    if limit in (None, inf):
        yield
        return
    model.max_seq_length = NO_LIMIT
    try:
        yield
    finally:
        model.max_seq_length = limit
