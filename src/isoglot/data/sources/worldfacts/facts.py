"""The facts: relations between CLDR codes, taken from Babel at run time; nothing here is in any language yet."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from babel.core import Locale, UnknownLocaleError, get_global
from babel.languages import get_official_languages
from babel.localedata import locale_identifiers
from babel.numbers import get_currency_precision, get_territory_currencies

from isoglot.data.sources.worldfacts.names import Term, name
from isoglot.data.sources.worldfacts.templates import hashed

NOT_IN_ISO_3166 = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
NOT_LANGUAGES = {"mul", "und", "zxx"}
NOT_CURRENCIES = {"CNH", "XTS", "XXX"}
NOT_SCRIPTS = {"Zinh", "Zmth", "Zsye", "Zsym", "Zxxx", "Zyyy", "Zzzz"}
MARKS = {",": "comma", ".": "point"}
LEAST_SHARE = 10
WELL_DESCRIBED = 100
MOST_OFFICIAL_LANGUAGES = 4


@dataclass(frozen=True)
class Fact:
    """One fact, whose `slots` fill the wordings that the templates hold under `pattern`.

    Relations that differ only in the kind of thing they speak of share a pattern: `territory-code-of` and
    `currency-code-of` have the pattern `code-of`.
    """

    relation: str
    subject: str
    pattern: str
    slots: tuple[tuple[str, Term], ...]

    @property
    def topic_id(self) -> str:
        """Identity of the fact, such as `currency-of/FR`."""
        return f"{self.relation}/{self.subject}"


def all_facts() -> Iterator[Fact]:
    """Every fact of CLDR that the relations speak of, in a fixed order, whether every language can name it or not."""
    for territory in _territories():
        yield _code("territory", territory)
        yield from _of_territory(territory)
    for language in _codes("languages", NOT_LANGUAGES):
        yield _code("language", language)
        yield from _of_language(language)
    for currency in _codes("currencies", NOT_CURRENCIES):
        yield _code("currency", currency)
        digits = Term("literal", str(get_currency_precision(currency)))
        yield _fact("decimals", currency, currency=Term("currency", currency), digits=digits)
    for script in _codes("scripts", NOT_SCRIPTS):
        yield _code("script", script)
    for zone in sorted(get_global("zone_territories")):
        yield from _of_city(zone)
    yield from _of_calendar()


def _fact(relation: str, subject: str, *, pattern: str = "", **slots: Term) -> Fact:
    return Fact(relation, subject, pattern or relation, tuple(slots.items()))


def _codes(attribute: str, unwanted: set[str]) -> list[str]:
    return sorted(code for code in getattr(Locale("en"), attribute) if "_" not in code and code not in unwanted)


def _territories() -> list[str]:
    return [code for code in _codes("territories", NOT_IN_ISO_3166) if code.isalpha()]


def _code(kind: str, code: str) -> Fact:
    """Asked in one direction only, since one passage would answer both: a second one would be a rival gold."""
    direction = "code-of" if hashed(f"{kind}/{code}") % 2 else "by-code"
    code_type, itself = Term("word", f"{kind}-code"), Term("literal", code)
    return _fact(f"{kind}-{direction}", code, pattern=direction, name=Term(kind, code), type=code_type, code=itself)


def _of_territory(code: str) -> Iterator[Fact]:
    territory = Term("territory", code)
    currencies = get_territory_currencies(code)
    if len(currencies) == 1:
        yield _fact("currency-of", code, territory=territory, currency=Term("currency", currencies[0]))
    official = get_official_languages(code, de_facto=True)
    if 0 < len(official) <= MOST_OFFICIAL_LANGUAGES:
        yield _fact("official-languages", code, territory=territory, languages=Term("languages", " ".join(official)))
    for language, share in sorted(_shares(code).items()):
        if share >= LEAST_SHARE:
            spoken, percent = Term("language", language), Term("share", str(share))
            yield _fact("language-share", f"{code}/{language}", territory=territory, language=spoken, share=percent)
    yield from _of_week(code)


def _of_week(territory_code: str) -> Iterator[Fact]:
    try:
        locale = Locale.parse(f"und_{territory_code}")
    except UnknownLocaleError:
        return
    territory, days = Term("territory", territory_code), sorted({locale.weekend_start, locale.weekend_end})
    yield _fact("weekend", territory_code, territory=territory, days=Term("days", " ".join(map(str, days))))
    yield _fact("first-day", territory_code, territory=territory, day=Term("day", str(locale.first_week_day)))


def _of_language(code: str) -> Iterator[Fact]:
    language = Term("language", code)
    _, script, territory = (*get_global("likely_subtags").get(code, "").split("_"), "", "")[:3]
    if script not in ("", "Latn"):  # Latin is so common an answer that finding it would show nothing
        yield _fact("script", code, language=language, script=Term("script", script))
    if code in _shares(territory) and len(_official_in()[code]) <= 1:
        yield _fact("main-territory", code, language=language, territory=Term("territory", territory))
    if code in _written_locales():
        symbols = Locale(code).number_symbols.get(Locale(code).default_numbering_system, {})
        if mark := MARKS.get(symbols.get("decimal")):
            yield _fact("decimal-mark", code, language=language, mark=Term("word", mark))


def _of_city(zone: str) -> Iterator[Fact]:
    city, territory = Term("city", zone), Term("territory", get_global("zone_territories")[zone])
    if name(city, "en") != name(territory, "en"):
        yield _fact("city-territory", zone, city=city, territory=territory)
    if metazone := get_global("meta_zones").get(zone):
        yield _fact("city-zone", zone, city=city, zone=Term("zone", metazone))


def _of_calendar() -> Iterator[Fact]:
    for number in range(1, 13):
        month, following = Term("month", str(number)), Term("month", str(number % 12 + 1))
        yield _fact("month-after", str(number), month=month, next=following)
        yield _fact("month-number", str(number), month=month, number=Term("literal", str(number)))
    for number in range(7):
        following = Term("day", str((number + 1) % 7))
        yield _fact("day-after", str(number), day=Term("day", str(number)), next=following)


def _shares(territory: str) -> dict[str, int]:
    """Percentage of the territory's population that knows each language."""
    known = get_global("territory_languages").get(territory, {})
    return {code: round(use["population_percent"]) for code, use in known.items() if code not in NOT_LANGUAGES}


@cache
def _official_in() -> dict[str, set[str]]:
    """The territories where each language is official: a language of several has no single home."""
    found: dict[str, set[str]] = defaultdict(set)
    for territory in get_global("territory_languages"):
        for language in get_official_languages(territory, de_facto=True):
            found[language].add(territory)
    return found


@cache
def _written_locales() -> set[str]:
    """Languages that CLDR describes well; the others inherit number symbols that are not their own."""
    bare = (code for code in locale_identifiers() if "_" not in code)
    return {code for code in bare if len(Locale(code).territories) >= WELL_DESCRIBED}
