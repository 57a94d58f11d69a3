"""Claims across query languages, from comparisons whose verdicts are set by hand and from real ones."""

from dataclasses import replace
from typing import Any

import pyarrow.compute as pc
import pytest

from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.evaluation.statistics.power import holm
from isoglot.experiments.claims.claim import Languages
from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.claims.languages import UNSEEN, by_language, finding_of, judge_languages, languages_with_topics

COLLECTION, START = "worldfacts/held-out", "untrained isoglot/static"


def claim(**fields: Any) -> Languages:
    own = {"kind": "languages", "system": "hybrid", "setting": "multilingual", "collections": COLLECTION}
    return Languages.model_validate({**own, **fields})


@pytest.fixture(scope="module")
def comparisons(evidence: Evidence) -> dict[str, Comparison]:
    base, other = (evidence.by_system[COLLECTION, name].read() for name in (START, "hybrid"))
    return by_language(base, other, ["de", "el", "en", "fr"], ["el", "fr"], "multilingual", "AP", 400)


def test_differences_are_those_of_the_scores_by_language(
    comparisons: dict[str, Comparison], evidence: Evidence
) -> None:
    def mean(system: str, language: str) -> float:
        scores = evidence.scores[COLLECTION, system]
        return sum(each["languages"][language]["multilingual"]["AP"] for each in scores) / len(scores)

    expected = {language: mean("hybrid", language) - mean(START, language) for language in ("de", "el", "en", "fr")}
    assert {name: each.difference for name, each in comparisons.items() if name != UNSEEN} == pytest.approx(expected)
    assert comparisons[UNSEEN].difference == pytest.approx((expected["el"] + expected["fr"]) / 2)
    assert comparisons[UNSEEN].topics == 24


def test_languages_and_their_group_are_one_family(comparisons: dict[str, Comparison]) -> None:
    assert [each.adjusted_p for each in comparisons.values()] == holm([each.p for each in comparisons.values()])
    assert len(comparisons) == 5


def set_to(each: Comparison, difference: float, p: float) -> Comparison:
    return replace(each, difference=difference, adjusted_p=p, seed_interval=None, minimum_detectable=1.0)


@pytest.mark.parametrize(
    ("changes", "verdict", "confidence", "said"),
    [
        ({}, "supported", 0.99, "el and fr together +.100"),
        ({"de": (-0.1, 0.3)}, "supported", 0.99, "No language of worldfacts/held-out is shown worse"),
        ({"de": (-0.1, 0.02)}, "refuted", 0.98, "in de (−.100)"),
        ({"de": (-0.1, 0.02), "el": (-0.2, 0.03)}, "refuted", 0.98, "in de (−.100) and el (−.200)"),
        ({UNSEEN: (0.1, 0.2)}, "not testable with this run", None, "not shown better"),
        ({UNSEEN: (-0.1, 0.04)}, "refuted", 0.96, f"in {UNSEEN} (−.100)"),
    ],
)
def test_verdicts(
    changes: dict[str, tuple[float, float]], verdict: str, confidence: float | None, said: str,
    comparisons: dict[str, Comparison],
) -> None:  # fmt: skip
    made_up = {name: set_to(each, *changes.get(name, (0.1, 0.01))) for name, each in comparisons.items()}
    found = finding_of(made_up, ["el", "fr"])
    assert found.verdict == verdict
    assert found.confidence == (None if confidence is None else pytest.approx(confidence))
    assert said in found.explanation


def test_without_unseen_languages_only_harm_can_be_shown(comparisons: dict[str, Comparison]) -> None:
    own = {name: set_to(each, 0.1, 0.01) for name, each in comparisons.items() if name != UNSEEN}
    assert finding_of(own, []).verdict == "not testable with this run"
    assert finding_of({**own, "en": set_to(own["en"], -0.1, 0.01)}, []).verdict == "refuted"


def test_unseen_languages_are_those_that_no_training_collection_has(evidence: Evidence) -> None:
    found = judge_languages(claim(), evidence)
    assert found.verdict == "supported"
    assert "the unseen are better: el together" in found.explanation
    assert 0 < (found.confidence or 0) < 1
    assert [name.rpartition(", ")[2] for name in found.numbers] == ["de", "el", "en", "fr", UNSEEN]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"collections": "xquad-r"}, "xquad-r; this run has worldfacts/held-out"),
        ({"system": "mixed"}, "no evaluation of mixed"),
        ({"start": "aligned"}, "aligned"),
        ({"measure": "R@17"}, "no language with two topics by R@17"),
        ({"system": "untrained"}, "no evaluation of untrained"),
    ],
)
def test_what_the_run_lacks_is_named(fields: dict[str, Any], said: str, evidence: Evidence) -> None:
    found = judge_languages(claim(**fields), evidence)
    assert found.verdict == "not testable with this run"
    assert said in found.explanation


def test_a_language_of_one_topic_is_left_out(evidence: Evidence) -> None:
    table = evidence.by_system[COLLECTION, START].read().runs[0]
    is_other = pc.not_equal(table["query_language"], "de")
    one = table.filter(pc.or_(is_other, pc.equal(table["topic_id"], table["topic_id"][0])))
    assert languages_with_topics(table, "multilingual", "AP") == ["de", "el", "en", "fr"]
    assert languages_with_topics(one, "multilingual", "AP") == ["el", "en", "fr"]
