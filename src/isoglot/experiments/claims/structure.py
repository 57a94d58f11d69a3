"""Whether a collection has the languages and pairs of languages that a claim gives it."""

from typing import Any

from isoglot.experiments.claims.claim import Structure
from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.claims.finding import REFUTED, SUPPORTED, Finding, joined, wanting


def judge_structure(test: Structure, evidence: Evidence) -> Finding:
    """Read the numbers off `scores.json`: they are facts, so there is no test and no confidence."""
    collections = evidence.collections(test.collections)
    if not collections:
        return wanting(evidence.lacks(test.collections))
    return joined([_judge(test, name, _any_scores(evidence, name)) for name in collections])


def _judge(test: Structure, name: str, scores: dict[str, Any]) -> Finding:
    counts, languages = scores["counts"], len(scores["languages"])
    found = {
        "query languages": languages,
        "cross-lingual pairs": counts["cross_lingual_pairs"],
        "monolingual pairs": counts["monolingual_languages"],
        "languages of a topic": round(counts["queries"] / counts["topics"], 3),
    }
    expected = {
        "query languages": test.languages,
        "cross-lingual pairs": test.cross_lingual_pairs,
        "monolingual pairs": test.monolingual_pairs,
        **({"languages of a topic": test.languages} if test.fully_parallel else {}),
    }
    wrong = [f"{found[what]:g} {what}, not {number}" for what, number in expected.items() if found[what] != number]
    numbers = {f"{name}: {what}": number for what, number in found.items()}
    has = ", ".join(wrong) if wrong else ", ".join(f"{number:g} {what}" for what, number in found.items())
    return Finding(REFUTED if wrong else SUPPORTED, None, numbers, f"{name} has {has}.")


def _any_scores(evidence: Evidence, collection: str) -> dict[str, Any]:
    """Scores of whatever system: the statistics refuse systems with unlike queries."""
    return next(scores[0] for (name, _), scores in evidence.scores.items() if name == collection)
