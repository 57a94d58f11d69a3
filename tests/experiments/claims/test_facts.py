"""Claims that are read off the files: structure, disjointness, what is reported; and how findings are joined."""

from dataclasses import replace
from typing import Any

import pytest

from isoglot.experiments.claims.claim import Reported, Structure
from isoglot.experiments.claims.disjoint import judge_disjoint
from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.claims.finding import NOT_TESTABLE, REFUTED, SUPPORTED, Finding, joined, wanting
from isoglot.experiments.claims.reported import judge_reported
from isoglot.experiments.claims.start import alignment_of
from isoglot.experiments.claims.structure import judge_structure

COLLECTION = "worldfacts/held-out"
FOUR = {"languages": 4, "cross_lingual_pairs": 12, "monolingual_pairs": 4, "fully_parallel": True}


class Changed(Evidence):
    """Evidence whose scores are given."""

    def __new__(cls, evidence: Evidence, scores: dict[tuple[str, str], list[dict[str, Any]]]) -> "Changed":
        made = object.__new__(cls)
        made.__dict__.update({**vars(evidence), "scores": scores})
        return made

    def __init__(self, *_: object) -> None: ...


def with_leakage(evidence: Evidence, record: dict[str, Any] | None) -> Evidence:
    """Evidence in which one evaluation of hybrid has another leakage record."""
    first, *rest = evidence.scores[COLLECTION, "hybrid"]
    without = {name: value for name, value in first.items() if name != "leakage"}
    changed = without if record is None else {**without, "leakage": record}
    return Changed(evidence, {**evidence.scores, (COLLECTION, "hybrid"): [changed, *rest]})


def structure(**fields: Any) -> Structure:
    return Structure.model_validate({"kind": "structure", "collections": COLLECTION, **FOUR, **fields})


def test_structure_is_read_off_the_scores(evidence: Evidence) -> None:
    found = judge_structure(structure(), evidence)
    assert (found.verdict, found.confidence) == ("supported", None)
    assert found.numbers == {
        f"{COLLECTION}: query languages": 4,
        f"{COLLECTION}: cross-lingual pairs": 12,
        f"{COLLECTION}: monolingual pairs": 4,
        f"{COLLECTION}: languages of a topic": 4.0,
    }


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"languages": 11}, "4 query languages, not 11"),
        ({"cross_lingual_pairs": 110}, "12 cross-lingual pairs, not 110"),
        ({"monolingual_pairs": 5}, "4 monolingual pairs, not 5"),
    ],
)
def test_another_structure_refutes(fields: dict[str, int], said: str, evidence: Evidence) -> None:
    found = judge_structure(structure(**fields), evidence)
    assert found.verdict == "refuted"
    assert said in found.explanation


def test_topics_that_lack_a_language_are_not_fully_parallel(evidence: Evidence) -> None:
    scores = {
        key: [{**each, "counts": {**each["counts"], "queries": each["counts"]["queries"] - 1}} for each in own]
        for key, own in evidence.scores.items()
    }
    changed = Changed(evidence, scores)
    assert judge_structure(structure(), changed).verdict == "refuted"
    assert judge_structure(structure(fully_parallel=False), changed).verdict == "supported"


def test_a_collection_that_is_not_there_has_no_structure(evidence: Evidence) -> None:
    assert judge_structure(structure(collections="mlqa-r"), evidence).verdict == "not testable with this run"


def test_clean_records_support_disjointness(evidence: Evidence) -> None:
    found = judge_disjoint(evidence)
    assert (found.verdict, found.confidence) == ("supported", None)
    assert found.numbers == {"evaluations": 9, "checked": 9, "clean": 9}
    assert found.explanation == "No text of worldfacts/held-out is in toy."


@pytest.mark.parametrize(
    ("record", "verdict", "said"),
    [
        ({"checked": True, "clean": False, "statement": "3 texts leak."}, "refuted", "3 texts leak."),
        ({"checked": False, "statement": "Not checked."}, "not testable with this run", "1 of 9 evaluations"),
        (None, "not testable with this run", "1 of 9 evaluations"),
        ({"checked": True, "statement": "Older."}, "not testable with this run", "Older."),
    ],
)
def test_one_record_decides(record: dict[str, Any] | None, verdict: str, said: str, evidence: Evidence) -> None:
    found = judge_disjoint(with_leakage(evidence, record))
    assert found.verdict == verdict
    assert said in found.explanation


def test_untrained_systems_need_no_record(evidence: Evidence) -> None:
    only = {key: own for key, own in evidence.scores.items() if key[1].startswith("untrained")}
    assert only
    assert judge_disjoint(Changed(evidence, only)).verdict == "not testable with this run"


def test_a_measure_must_be_in_every_setting_of_every_evaluation(evidence: Evidence) -> None:
    test = Reported(kind="reported", measure="AP")
    found = judge_reported(test, evidence)
    assert (found.verdict, found.numbers) == ("supported", {"evaluations": 10, "with AP": 10})
    first, *rest = evidence.scores[COLLECTION, "hybrid"]
    settings = {**first["settings"], "multilingual": {"nDCG@10": 0.5}}
    changed = Changed(evidence, {**evidence.scores, (COLLECTION, "hybrid"): [{**first, "settings": settings}, *rest]})
    found = judge_reported(test, changed)
    assert (found.verdict, found.numbers) == ("refuted", {"evaluations": 10, "with AP": 9})
    empty = {**first["settings"], "cross-lingual": {}}
    changed = Changed(evidence, {(COLLECTION, "hybrid"): [{**first, "settings": empty}]})
    assert judge_reported(test, changed).verdict == "supported"
    assert judge_reported(test, Changed(evidence, {})).verdict == "not testable with this run"


@pytest.mark.parametrize(
    ("parts", "verdict", "confidence"),
    [
        ([Finding(SUPPORTED, 0.99), Finding(SUPPORTED, 0.97), Finding(SUPPORTED, None)], SUPPORTED, 0.97),
        ([Finding(SUPPORTED, None)], SUPPORTED, None),
        ([Finding(SUPPORTED, 0.99), wanting("x")], NOT_TESTABLE, None),
        ([wanting("x"), Finding(REFUTED, 0.96), Finding(REFUTED, 0.99), Finding(SUPPORTED, 1.0)], REFUTED, 0.99),
        ([Finding(REFUTED, None), Finding(SUPPORTED, 0.99)], REFUTED, None),
    ],
)
def test_joined_findings(parts: list[Finding], verdict: str, confidence: float | None) -> None:
    found = joined(parts)
    assert (found.verdict, found.confidence) == (verdict, confidence)


def test_joined_findings_tell_what_decides() -> None:
    parts = [Finding(SUPPORTED, 0.99, {"a": 1}, "A."), wanting("B.", {"b": 2}), wanting("B.")]
    found = joined(parts)
    assert found.explanation == "B. Of 3 parts of the claim, 2 are not testable with this run and 1 is supported."
    assert found.numbers == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("model", "alignment"),
    [
        ("isoglot/use-m3", "aligned"), ("sentence-transformers/LaBSE", "aligned"), ("models/LaBSE/", "aligned"),
        ("FacebookAI/xlm-roberta-base", "unaligned"), ("xlm-roberta-large", "unaligned"),
        ("google/gemma-3-1b-pt", "unaligned"), ("isoglot/static", None), ("google/embeddinggemma-300m", None),
        ("sentence-transformers/paraphrase-xlm-r-multilingual-v1", None), ("intfloat/multilingual-e5-base", None),
    ],
)  # fmt: skip
def test_start_models_are_known_by_name(model: str, alignment: str | None) -> None:
    assert alignment_of(model) == alignment


def test_evidence_without_results_supports_nothing_but_says_so(evidence: Evidence) -> None:
    nothing = replace(evidence, results=[], statistics=[])
    assert "this run has none" in judge_structure(structure(), nothing).explanation
