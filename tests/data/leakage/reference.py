"""What leakage is checked against: the definitions, written out over strings and Python sets."""

import unicodedata
from functools import cache


def normalised(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = [c for c in folded if unicodedata.category(c) not in ("Cc", "Cf") and unicodedata.category(c)[0] not in "PZ"]
    return "".join(kept) or text


def is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


@cache
def columns(text: str) -> int:
    return sum(1 + is_wide(character) for character in text if unicodedata.category(character) not in ("Mn", "Me"))


@cache
def grams(text: str) -> set[str]:
    """Of a normalised text."""
    three, five = ({text[start : start + size] for start in range(len(text) - size + 1)} for size in (3, 5))
    return {each for each in three if is_wide(each[0]) or is_wide(each[-1])} | {
        each for each in five if not (is_wide(each[0]) and is_wide(each[-1]))
    }


def jaccard(one: str, other: str) -> float:
    return len(grams(one) & grams(other)) / len(grams(one) | grams(other))
