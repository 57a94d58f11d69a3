"""Trimming a model's vocabulary, and putting what a trimmed model has learnt back into the whole one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.roles import ROLES, prompt_of
from isoglot.models.trim.covered import Covered, kept_ids
from isoglot.models.trim.find import token_table
from isoglot.models.trim.size import Size, size_of

SAMPLE = 16
# The arithmetic is the same, but a device may add up in another order.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Trimmed:
    """What trimming did to a model.

    Args:
        before: its size with the whole vocabulary.
        after: its size with the tokens that were kept.
    """

    before: Size
    after: Size


def trim(model: SentenceTransformer, covered: Covered) -> Trimmed:
    """Drop the token vectors that no covered text uses, in place.

    The multilingual vocabulary of XLM-R is 70 % of its weights, and a few languages use little of it (Abdaoui et al.
    2020, arXiv 2010.05609). Covered texts keep their tokens and so their vectors. Other text is read with the tokens
    that are left; special tokens, bytes and single characters in the scripts of the covered texts are always left.

    Args:
        model: a transformer with a fast tokenizer (Unigram, WordPiece, BPE), a static encoder or `isoglot/use-m3`.
        covered: the texts of each role.

    Raises:
        IsoglotError: the model's vocabulary cannot be trimmed, or covered texts did not keep their vectors.
    """
    table = token_table(model)
    before, sample = size_of(model, table), _sample(model, covered)
    expected = sample()
    kept = kept_ids(model, table, covered)
    rows = table.embedding.weight.detach()[kept].clone()
    table.exchange(table.vocabulary.only(kept), rows, {old: new for new, old in enumerate(kept)})
    if not np.allclose(sample(), expected, rtol=0, atol=TOLERANCE, equal_nan=True):
        raise IsoglotError("covered texts would change their vectors, so the vocabulary was not trimmed.")
    return Trimmed(before, size_of(model, table))


def _sample(model: SentenceTransformer, covered: Covered) -> Callable[[], NDArray[np.float32]]:
    """Gives the vectors of a few covered texts."""
    chosen = {role: covered[role][:: len(covered[role]) // SAMPLE + 1] for role in ROLES}

    def vectors() -> NDArray[np.float32]:
        parts = [
            model.encode(list(texts), prompt=prompt_of(model, role), show_progress_bar=False)
            for role, texts in chosen.items()
            if texts
        ]
        return np.concatenate(parts)

    return vectors


def untrim(trimmed: SentenceTransformer, whole: SentenceTransformer) -> int:
    """Give a trimmed model, trained since, the whole vocabulary back, in place.

    Its own tokens keep their vectors and all others get those of `whole`. Tokens are matched by their strings, so that
    nothing but the two models is needed. A text of its own tokens keeps its vector where the whole vocabulary reads it
    as the same tokens, which is so for the covered texts.

    Args:
        trimmed: the trimmed model.
        whole: the model that it was trimmed from, before training; it stays as it is.

    Returns:
        How many token vectors came from the trimmed model.

    Raises:
        RequestError: the trimmed model has tokens that the whole one lacks, or vectors of another size.
    """
    own, start = token_table(trimmed), token_table(whole)
    missing = next((token for token in own.vocabulary.ids if token not in start.vocabulary.ids), None)
    if missing is not None:
        raise RequestError(f"the whole model has no token {missing!r}; give the model that the trimmed one came from.")
    dimensions, others = own.embedding.embedding_dim, start.embedding.embedding_dim
    if dimensions != others:
        raise RequestError(f"token vectors have {dimensions} dimensions in one model and {others} in the other.")
    new_ids = {number: start.vocabulary.ids[token] for token, number in own.vocabulary.ids.items()}
    rows = start.embedding.weight.detach().to(own.embedding.weight, copy=True)
    rows[list(new_ids.values())] = own.embedding.weight.detach()[list(new_ids)]
    own.exchange(start.vocabulary, rows, new_ids)
    return len(new_ids)
