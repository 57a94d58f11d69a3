"""Which single characters a trimmed vocabulary keeps, so that it can still spell new text in the scripts at hand."""

import unicodedata
from collections.abc import Iterable


def scripts_of(texts: Iterable[str]) -> frozenset[str]:
    """The scripts of all letters in the texts.

    >>> sorted(scripts_of(["Straße 7", "δρόμος!"]))
    ['GREEK', 'LATIN']
    """
    characters = {character for text in texts for character in set(text)}
    return frozenset(script for script in map(script_of, characters) if script is not None)


def script_of(character: str) -> str | None:
    """The script of a letter, None for every other character.

    The first word of a letter's Unicode name stands for its script, which the standard library does not know.

    >>> script_of("ж"), script_of("語"), script_of("7")
    ('CYRILLIC', 'CJK', None)
    """
    if not unicodedata.category(character).startswith("L"):
        return None
    return unicodedata.name(character, "unnamed").split()[0]


def spells(token: str, scripts: frozenset[str]) -> bool:
    """Whether a token is one character, alone or behind the mark of a word's start, of one of the scripts or of none.

    Digits, punctuation, accents and vowel signs are of no script here.

    >>> latin = frozenset(["LATIN"])
    >>> [spells(token, latin) for token in ("a", "▁a", "▁", "7", "ab", "ж", "")]
    [True, True, True, True, False, False, False]
    """
    bare = token.removeprefix("▁") or token
    return len(bare) == 1 and (script_of(bare) in scripts or script_of(bare) is None)
