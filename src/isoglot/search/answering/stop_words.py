"""Words that tell nothing of what a question is about, in the languages that bm25s has lists for."""

from functools import cache

from bm25s import stopwords

from isoglot.models.lexical import words

LISTS = {
    "de": stopwords.STOPWORDS_GERMAN, "en": stopwords.STOPWORDS_EN_PLUS, "es": stopwords.STOPWORDS_SPANISH,
    "fr": stopwords.STOPWORDS_FRENCH, "it": stopwords.STOPWORDS_ITALIAN, "ko": stopwords.STOPWORDS_KOREAN,
    "nb": stopwords.STOPWORDS_NORWEGIAN, "nl": stopwords.STOPWORDS_DUTCH, "nn": stopwords.STOPWORDS_NORWEGIAN,
    "no": stopwords.STOPWORDS_NORWEGIAN, "pt": stopwords.STOPWORDS_PORTUGUESE, "ru": stopwords.STOPWORDS_RUSSIAN,
    "sv": stopwords.STOPWORDS_SWEDISH, "tr": stopwords.STOPWORDS_TURKISH, "zh": stopwords.STOPWORDS_CHINESE,
}  # fmt: skip


@cache
def stop_words(language: str) -> frozenset[str]:
    """Stop words as `models.lexical.words` gives them; none where there is no list.

    Args:
        language: BCP-47.

    >>> sorted({"how", "does", "le", "phare", "work"} - stop_words("en-GB"))
    ['le', 'phare', 'work']
    """
    listed = (words(each) for each in LISTS.get(language.partition("-")[0], ()))
    return frozenset(each[0] for each in listed if len(each) == 1)
