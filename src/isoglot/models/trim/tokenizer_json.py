"""Vocabularies of Hugging Face tokenizers (Unigram, WordPiece, BPE), edited in their JSON."""

import json
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cached_property
from typing import Any, Self

from tokenizers import Tokenizer

from isoglot.errors import IsoglotError
from isoglot.models.trim.characters import spells
from isoglot.models.trim.subwords import merged, merged_from, pieces_of_unknown

KINDS = ("Unigram", "WordPiece", "BPE")
BYTE = re.compile(r"<0x[0-9A-F]{2}>")


class JsonVocabulary:
    """The vocabulary of a fast tokenizer.

    Text whose tokens are kept is still read as before:

    - Unigram takes the segmentation with the highest sum of scores. Each text's best one is made of kept pieces and
      keeps its score, and without the other pieces it has fewer rivals; the pieces keep their order, so it also stays
      the first of equals. A character that is no piece scores 10 below the lowest score of the vocabulary, hence below
      the piece that it may have lost; the lowest-scored piece stays, so that this holds.
    - WordPiece takes the longest piece that fits, again and again: those it took are there, and no longer one came in.
      A word is unknown as soon as no piece fits a rest of it; the pieces before that rest stay too, or shorter ones
      might lead past it.
    - BPE applies the first merge of its list that a word allows, again and again. All merges that make a kept token
      stay, and so do their parts, in their order: each step finds the merge it found before, and none came in.

    Args:
        tokenizer: the tokenizer as parsed JSON.

    Raises:
        IsoglotError: it is of another kind.
    """

    def __init__(self, tokenizer: dict[str, Any]) -> None:
        self.tokenizer = tokenizer
        self.model: dict[str, Any] = tokenizer["model"]
        self.kind = self.model["type"]
        if self.kind not in KINDS:
            raise IsoglotError(f"a {self.kind} vocabulary cannot be trimmed; take a model with {', '.join(KINDS)}.")

    @classmethod
    def of(cls, backend: Tokenizer) -> Self:
        """The vocabulary of a tokenizer of the tokenizers library."""
        return cls(json.loads(backend.to_str()))

    @cached_property
    def content(self) -> bytes:
        """The tokenizer's JSON in UTF-8."""
        return json.dumps(self.tokenizer, ensure_ascii=False).encode()

    @cached_property
    def backend(self) -> Tokenizer:
        """The tokenizer itself."""
        return Tokenizer.from_str(self.content.decode())

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each token, special and added ones included."""
        return self.backend.get_vocab(with_added_tokens=True)

    def behind(self, texts: Sequence[str], used: set[int]) -> set[int]:
        """Of WordPiece: what stands before the rest that makes a word unknown."""
        if self.kind != "WordPiece" or self.ids.get(self.model["unk_token"]) not in used:
            return set()
        words = {word for text in texts for word in self._words(text)}
        return {self.ids[piece] for word in words for piece in pieces_of_unknown(word, self.model)}

    def _words(self, text: str) -> list[str]:
        normalised = self.backend.normalizer.normalize_str(text) if self.backend.normalizer else text
        if not self.backend.pre_tokenizer:
            return [normalised]
        return [word for word, _ in self.backend.pre_tokenizer.pre_tokenize_str(normalised)]

    def closed(self, used: set[int], scripts: frozenset[str]) -> set[int]:
        """See `Vocabulary`; where characters stand for bytes, all single characters."""
        found = used | self._fixed() | self._spelling(scripts)
        if self.kind == "BPE":
            names = {token for token, number in self.ids.items() if number in found}
            found |= {self.ids[token] for token in merged_from(names, self.model)}
        return found

    def _fixed(self) -> set[int]:
        found = {place[key] for place, key in _places(self.tokenizer)}
        found |= {number for token, number in self.ids.items() if BYTE.fullmatch(token)}
        if self.kind == "Unigram":
            scores = [score for _, score in self.model["vocab"]]
            return found | {scores.index(min(scores))}
        unknown = self.model.get("unk_token")
        return found | ({self.ids[unknown]} if unknown in self.ids else set())

    def _spelling(self, scripts: frozenset[str]) -> set[int]:
        before = self.model.get("continuing_subword_prefix") or ""
        behind = self.model.get("end_of_word_suffix") or ""
        bare = ((token.removeprefix(before).removesuffix(behind), number) for token, number in self.ids.items())
        of_bytes = '"ByteLevel"' in json.dumps([self.tokenizer["normalizer"], self.tokenizer["pre_tokenizer"]])
        return {number for token, number in bare if spells(token, scripts) or (of_bytes and len(token) == 1)}

    def only(self, kept: Sequence[int]) -> Self:
        """See `Vocabulary`.

        Raises:
            IsoglotError: the tokenizer would number its tokens otherwise.
        """
        new = {old: number for number, old in enumerate(kept)}
        tokenizer = deepcopy({**self.tokenizer, "model": {}})
        tokenizer["model"] = {**self.model, **self._tables(new)}
        for place, key in _places(tokenizer):
            place[key] = new[place[key]]
        found = type(self)(tokenizer)
        if found.ids != {token: new[old] for token, old in self.ids.items() if old in new}:
            raise IsoglotError("the tokenizer does not number its tokens in one row; choose another model to trim.")
        return found

    def _tables(self, new: dict[int, int]) -> dict[str, Any]:
        if self.kind == "Unigram":
            return {"vocab": [piece for number, piece in enumerate(self.model["vocab"]) if number in new]}
        vocabulary = {token: new[old] for token, old in self.model["vocab"].items() if old in new}
        if self.kind == "WordPiece":
            return {"vocab": vocabulary}
        return {
            "vocab": vocabulary,
            "merges": [pair for pair in self.model["merges"] if merged(pair, self.model) in vocabulary],
        }


def _places(tokenizer: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Where ids stand besides the tokens: each time a container and its key."""
    yield from ((token, "id") for token in tokenizer["added_tokens"])
    if tokenizer["padding"]:
        yield tokenizer["padding"], "pad_id"
    if tokenizer["model"].get("unk_id") is not None:
        yield tokenizer["model"], "unk_id"
    outer = tokenizer["post_processor"] or {}
    for processor in outer.get("processors", [outer]):
        for special in processor.get("special_tokens", {}).values():
            yield from ((special["ids"], position) for position in range(len(special["ids"])))
        yield from ((processor[end], 1) for end in ("sep", "cls") if end in processor)
