"""Which start models were made so that translations are near each other."""

import re

from isoglot.experiments.claims.claim import Alignment

# Of the last part of a name or path, so that models which others tuned further (paraphrase-xlm-r-...) do not count.
KNOWN: dict[Alignment, str] = {
    "aligned": r"use-m3|labse",
    "unaligned": r"xlm-r(oberta)?(-(base|large|xl|xxl))?|gemma-\d.*",
}


def alignment_of(model: str) -> Alignment | None:
    """Whether a start model is an aligned sentence encoder or a language model that nobody aligned; None if unknown.

    >>> alignment_of("sentence-transformers/LaBSE"), alignment_of("FacebookAI/xlm-roberta-base")
    ('aligned', 'unaligned')
    >>> alignment_of("isoglot/static"), alignment_of("google/embeddinggemma-300m")
    (None, None)
    """
    name = model.rstrip("/").rpartition("/")[2].lower()
    return next((kind for kind, pattern in KNOWN.items() if re.fullmatch(pattern, name)), None)
