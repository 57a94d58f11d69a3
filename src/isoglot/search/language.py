"""The language of a passage, where nobody has said it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import regex
from langcodes import standardize_tag
from lingua import ConfidenceValue, IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

from isoglot.errors import RequestError, unknown
from isoglot.search.store.schema import UNKNOWN_LANGUAGE

# Scripts of languages that lingua does not know, by the one that most texts in them are in.
SCRIPTS = {
    "am": "Ethiopic", "bo": "Tibetan", "dv": "Thaana", "km": "Khmer", "kn": "Kannada", "lo": "Lao", "ml": "Malayalam",
    "my": "Myanmar", "or": "Oriya", "si": "Sinhala",
}  # fmt: skip
SCRIPT_LETTERS = {
    code: regex.compile(rf"[\p{{L}}&&\p{{Script={script}}}]", regex.V1) for code, script in SCRIPTS.items()
}
LETTER = regex.compile(r"\p{L}")
# More text makes the answer no better: 97.8 % right on the sentences of XQuAD-R, read whole or up to here.
READ = 400
# Below even odds the detector is right in 17 to 50 % of texts (benchmarks/language_detection.py): nobody knows then.
LEAST_CONFIDENCE = 0.5


@dataclass(frozen=True)
class Detected:
    """What a detector says of a text.

    Args:
        language: BCP-47; `und` where the text has no letters or the confidence is below even odds.
        confidence: the probability of the likeliest language, 0 where there is none.
    """

    language: str
    confidence: float


@dataclass(frozen=True)
class Detector:
    """Says in which of some languages a text is.

    Args:
        model: of lingua; None where it knows none of the languages.
        scripts: languages that are told by their script alone.
    """

    model: LanguageDetector | None
    scripts: tuple[str, ...]

    def detect(self, texts: Sequence[str]) -> list[Detected]:
        """The language of each text.

        A language that the detector does not know is taken for the one that is nearest to it.
        """
        read = [text[:READ] for text in texts]
        by_script = [_by_script(text, self.scripts) for text in read]
        if self.model is None:
            return [found or Detected(UNKNOWN_LANGUAGE, 0.0) for found in by_script]
        left = [text for text, found in zip(read, by_script, strict=True) if found is None]
        by_model = iter(self.model.compute_language_confidence_values_in_parallel(left))
        return [found or _likeliest(next(by_model)) for found in by_script]


@cache
def detector(languages: tuple[str, ...] = ()) -> Detector:
    """A detector of these languages, of all that are known where none are given.

    Raises:
        RequestError: a language is not known, or there is one only.
    """
    known = {code_of(language): language for language in Language.all()}
    for code in languages:
        if code not in known and code not in SCRIPTS:
            raise unknown("detector of language", code, sorted({*known, *SCRIPTS}))
    if len(languages) == 1:
        raise RequestError(f"{languages[0]} is the only language to choose from; give two or more, or none for all.")
    scripts = tuple(code for code in SCRIPTS if not languages or code in languages)
    if not languages:
        return Detector(LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build(), scripts)
    chosen = [known[code] for code in languages if code in known]
    return Detector(LanguageDetectorBuilder.from_languages(*chosen).build() if chosen else None, scripts)


@cache
def detectable() -> frozenset[str]:
    """The languages that a detector can be asked for, BCP-47."""
    return frozenset({*map(code_of, Language.all()), *SCRIPTS})


def code_of(language: Language) -> str:
    """The BCP-47 code of one of lingua's languages, in canonical form."""
    code: IsoCode639_1 = language.iso_code_639_1
    return standardize_tag(code.name.lower())


def _likeliest(values: Sequence[ConfidenceValue]) -> Detected:
    best = values[0]
    language = code_of(best.language) if best.value >= LEAST_CONFIDENCE else UNKNOWN_LANGUAGE
    return Detected(language, float(best.value))


def _by_script(text: str, scripts: Sequence[str]) -> Detected | None:
    """The language whose script has most letters of the text, with its share of all letters."""
    if not scripts or text.isascii():
        return None
    letters = len(LETTER.findall(text))
    shares = {code: len(SCRIPT_LETTERS[code].findall(text)) / letters for code in scripts} if letters else {}
    best = max(shares, key=lambda code: shares[code], default=None)
    return Detected(best, shares[best]) if best and shares[best] >= LEAST_CONFIDENCE else None
