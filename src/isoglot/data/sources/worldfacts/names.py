"""What CLDR calls a territory, a day or a number in each language."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from babel.core import Locale
from babel.lists import format_list
from babel.numbers import format_percent

NOT_LATIN = {"ar", "el", "hi", "ja", "ko", "ru", "th", "zh"}
LAST_LATIN_LETTER = "\u024f"
DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))


class Term(NamedTuple):
    """Something that has a name in every language: its kind and its CLDR code (several codes joined by spaces)."""

    kind: str
    code: str


@cache
def name(term: Term, language: str) -> str | None:
    """The name of a term in a language, or None where CLDR has none or only the code or a name in Latin letters.

    >>> name(Term("territory", "DE"), "fr")
    'Allemagne'
    >>> name(Term("days", "5 6"), "en")
    'Saturday and Sunday'
    """
    if term.kind == "literal":
        return term.code
    found = NAMES[term.kind](term.code, language)
    if found is None or found == term.code or (language in NOT_LATIN and _in_latin(found)):
        return None
    return found.translate(DIRECTION_MARKS)


def _in_latin(text: str) -> bool:
    """True where every letter is Latin (and there is one): the name of another language, left as it is."""
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and all(letter <= LAST_LATIN_LETTER for letter in letters)


@cache
def _table(attribute: str, language: str) -> dict[str, Any]:
    return dict(getattr(Locale(language), attribute))


def _from(attribute: str) -> Callable[[str, str], str | None]:
    return lambda code, language: _table(attribute, language).get(code)


def _day(code: str, language: str) -> str:
    return Locale(language).days["stand-alone"]["wide"][int(code)]


def _days(codes: str, language: str) -> str:
    return format_list([_day(code, language) for code in codes.split()], locale=language)


def _month(code: str, language: str) -> str:
    return Locale(language).months["stand-alone"]["wide"][int(code)]


def _languages(codes: str, language: str) -> str | None:
    found = [name(Term("language", code), language) for code in codes.split()]
    return None if None in found else format_list(found, locale=language)


def _share(percent: str, language: str) -> str:
    return format_percent(int(percent) / 100, locale=language)


def _city(zone: str, language: str) -> str | None:
    """The exemplar city of a time zone; languages of Latin script fall back to the city of the zone's id."""
    in_id = None if language in NOT_LATIN else zone.rsplit("/", 1)[-1].replace("_", " ")
    return _table("time_zones", language).get(zone, {}).get("city", in_id)


def _zone(metazone: str, language: str) -> str | None:
    return _table("meta_zones", language).get(metazone, {}).get("long", {}).get("standard")


NAMES: dict[str, Callable[[str, str], str | None]] = {
    "territory": _from("territories"),
    "language": _from("languages"),
    "languages": _languages,
    "script": _from("scripts"),
    "currency": _from("currencies"),
    "day": _day,
    "days": _days,
    "month": _month,
    "share": _share,
    "city": _city,
    "zone": _zone,
}
