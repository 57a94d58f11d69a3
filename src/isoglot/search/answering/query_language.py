"""The language of a question, among those of the index."""

from collections.abc import Sequence

from isoglot.search.language import detectable, detector
from isoglot.search.store.schema import UNKNOWN_LANGUAGE


def query_language(question: str, languages: Sequence[str]) -> str:
    """Detect the language of a question.

    Args:
        question: its text.
        languages: of the index, BCP-47; of several that a detector cannot tell apart (pt, pt-BR) the first is meant.

    Returns:
        One of `languages`; `und` where none is likelier than not.

    >>> query_language("Wann wurde der Hafen gebaut?", ["de", "en-GB"])
    'de'
    >>> query_language("When was the harbour built?", ["de", "en-GB"])
    'en-GB'
    """
    of_code: dict[str, str] = {}
    for language in languages:
        if (code := language.split("-")[0]) in detectable():
            of_code.setdefault(code, language)
    if len(of_code) < 2:
        return next(iter(of_code.values()), UNKNOWN_LANGUAGE)
    found = detector(tuple(sorted(of_code))).detect([question])[0]
    return of_code.get(found.language, UNKNOWN_LANGUAGE)
