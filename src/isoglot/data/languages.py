"""Language codes are BCP-47 in canonical form (`en`, `zh-Hant`, `pt-BR`), checked with langcodes."""

from functools import cache

import langcodes
from babel import Locale, UnknownLocaleError


@cache
def language_problem(code: str) -> str | None:
    """Say what is wrong with a language code, or None where it is fine.

    >>> language_problem("pt-BR")
    >>> language_problem("pt_br")
    "language 'pt_br' is not in canonical form; write 'pt-BR'"
    >>> language_problem("qq")
    "language 'qq' is not a BCP-47 code; write one such as 'en', 'zh-Hant' or 'pt-BR'"
    """
    try:
        valid = langcodes.tag_is_valid(code)
        canonical = langcodes.standardize_tag(code) if valid else ""
    except ValueError:
        valid = False
    if not valid:
        return f"language {code!r} is not a BCP-47 code; write one such as 'en', 'zh-Hant' or 'pt-BR'"
    if canonical != code:
        return f"language {code!r} is not in canonical form; write {canonical!r}"
    return None


def language_name(code: str) -> str:
    """The English name of a language, the code itself where CLDR has none.

    >>> language_name("pt-BR")
    'Portuguese (Brazil)'
    """
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code
