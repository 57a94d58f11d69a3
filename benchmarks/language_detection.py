"""How often the detector of languages is right, by the confidence that it has.

    python benchmarks/language_detection.py COLLECTION [COLLECTION …]

Reads up to 4,000 passages and 4,000 queries of each collection, whose languages are given, and prints for each band of
confidence how many texts fall into it and the share that is right. A region or script counts as its language. Passages
are told among all languages that the detector knows, as a build does, queries among those of the passages, as a search
does; of these the short ones once more, which are the hardest.
"""

import sys
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from isoglot.data.catalogue import open_collection
from isoglot.search.language import READ, code_of, detectable, detector

TEXTS = 4_000
SHORT = 20  # characters
BANDS = (0.0, 0.3, 0.5, 0.7, 0.9, 1.01)
# The same language under another code.
SAME = {"nb": "no", "nn": "no"}


def plain(code: str) -> str:
    """The language without script and region."""
    found = code.partition("-")[0]
    return SAME.get(found, found)


def by_band(texts: Sequence[str], languages: Sequence[str], among: tuple[str, ...]) -> list[str]:
    """A line for each band of confidence; the detector chooses among these languages, or all where none are given."""
    model = detector(among).model
    assert model is not None, "it knows no language"
    values = model.compute_language_confidence_values_in_parallel([text[:READ] for text in texts])
    best = [each[0] for each in values]
    confidence = np.array([each.value for each in best])
    pairs = zip(best, languages, strict=True)
    is_right = np.array([plain(code_of(each.language)) == plain(code) for each, code in pairs])
    lines = [f"  all: {len(texts):,} texts, {is_right.mean():.1%} right"]
    for low, high in pairwise(BANDS):
        chosen = is_right[(confidence >= low) & (confidence < high)]
        share = f"{chosen.mean():.1%} right" if len(chosen) else "–"
        lines.append(f"  confidence {low:.1f} to {min(high, 1):.1f}: {len(chosen):,} texts, {share}")
    return lines


def main(names: Sequence[str]) -> None:
    """Print the bands of each collection's passages and queries."""
    draw = np.random.default_rng(0)
    for collection in map(open_collection, names):
        own = {code.partition("-")[0] for code in collection.passages["language"].unique().to_pylist()}
        for kind, table, among in (
            ("passages", collection.passages, ()),
            ("queries", collection.queries, tuple(sorted(own & detectable()))),
        ):
            rows = pa.array(draw.permutation(table.num_rows)[:TEXTS])
            texts, codes = (table[column].take(rows).to_pylist() for column in ("text", "language"))
            print(f"{collection.name} {kind}, {len(set(codes))} languages", *by_band(texts, codes, among), sep="\n")
            short = [(text, code) for text, code in zip(texts, codes, strict=True) if len(text) < SHORT]
            if among and short:
                short_texts, short_codes = zip(*short, strict=True)
                print(
                    f"{collection.name} short queries", *by_band(short_texts, short_codes, among), sep="\n", flush=True
                )


if __name__ == "__main__":
    main(sys.argv[1:])
