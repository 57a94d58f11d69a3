"""What stands behind a token: the merges of BPE that make it, the pieces of a word that WordPiece gives up."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any


def merged_from(tokens: Iterable[str], model: dict[str, Any]) -> set[str]:
    """The tokens and all that some merges make them from, down to single characters.

    Args:
        tokens: of the vocabulary.
        model: of type BPE, as in a tokenizer's JSON.

    >>> sorted(merged_from(["abc"], {"merges": [["a", "b"], ["b", "c"], ["ab", "c"], ["c", "d"]]}))
    ['a', 'ab', 'abc', 'b', 'c']
    """
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for pair in model["merges"]:
        parts[merged(pair, model)] += pair
    found: set[str] = set()
    waiting = list(tokens)
    while waiting:
        token = waiting.pop()
        if token not in found:
            found.add(token)
            waiting += parts.get(token, ())
    return found


def merged(pair: list[str], model: dict[str, Any]) -> str:
    """The token that a merge makes."""
    return pair[0] + pair[1].removeprefix(model.get("continuing_subword_prefix") or "")


def pieces_of_unknown(word: str, model: dict[str, Any]) -> list[str]:
    """The pieces that WordPiece takes from a word before it meets a rest that no piece begins; none of a known word.

    Args:
        word: normalised and split off.
        model: of type WordPiece, as in a tokenizer's JSON.

    >>> model = {"vocab": {"a": 0, "ab": 1, "##c": 2}, "continuing_subword_prefix": "##"}
    >>> pieces_of_unknown("abcx", model), pieces_of_unknown("abc", model)
    (['ab', '##c'], [])
    """
    vocabulary, prefix = model["vocab"], model["continuing_subword_prefix"]
    pieces: list[str] = []
    start = 0
    while start < len(word):
        mark = prefix if start else ""
        ends = range(len(word), start, -1)
        end = next((end for end in ends if mark + word[start:end] in vocabulary), None)
        if end is None:
            return pieces
        pieces.append(mark + word[start:end])
        start = end
    return []
