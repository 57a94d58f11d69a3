"""Claims that a system is better, against the comparisons that the report shows."""

import re
from dataclasses import replace
from typing import Any

import pytest

from isoglot.experiments.claims.better import judge_better
from isoglot.experiments.claims.claim import Better
from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.grid.comparisons import Statistics

COLLECTION = "worldfacts/held-out"


def claim(**fields: Any) -> Better:
    own = {"system": "hybrid", "than": "monolingual", "settings": "multilingual", "collections": COLLECTION}
    return Better.model_validate({"kind": "better", **own, **fields})


def with_comparison(evidence: Evidence, **fields: Any) -> Evidence:
    """The evidence with one comparison, of monolingual and hybrid, that these figures change."""
    (statistics,) = evidence.statistics
    found = next(each for each in statistics.comparisons if (each.base, each.other) == ("monolingual", "hybrid")
                 and (each.setting, each.measure) == ("multilingual", fields.get("measure", "AP")))  # fmt: skip
    changed = replace(found, **{"seed_interval": None, "topics": 100, **fields})
    return replace(evidence, statistics=[Statistics(COLLECTION, 400, statistics.estimates, [changed])])


BETTER = {"difference": 0.02, "adjusted_p": 0.01}
NOTHING = {"difference": 0.001, "adjusted_p": 0.4, "minimum_detectable": 0.005, "worth": 0.01}
UNSURE = {"difference": 0.001, "adjusted_p": 0.4, "minimum_detectable": 0.02, "worth": 0.01, "family": 1}


@pytest.mark.parametrize(
    ("figures", "fields", "verdict", "confidence", "said"),
    [
        (BETTER, {}, "supported", 0.99, "hybrid is better than monolingual on worldfacts/held-out, multilingual AP"),
        ({**BETTER, "difference": -0.02}, {}, "refuted", 0.99, "hybrid is worse than monolingual"),
        (NOTHING, {}, "refuted", None, "hybrid shows no difference worth knowing from monolingual"),
        (UNSURE, {}, "not testable with this run", None, "about 400 topics could show a difference of .010"),
        ({**BETTER, "seed_interval": (-0.01, 0.05)}, {}, "not testable with this run", None, "more seeds"),
        (BETTER, {"system": "monolingual", "than": "hybrid"}, "refuted", 0.99, "monolingual is worse than hybrid"),
        (NOTHING, {"system": "monolingual", "than": "hybrid"}, "refuted", None, "no difference worth knowing"),
        ({"measure": "RD", "difference": -20.0, "adjusted_p": 0.02}, {"measure": "RD"}, "supported", 0.98, "−20"),
        ({"measure": "RD", "difference": 20.0, "adjusted_p": 0.02}, {"measure": "RD"}, "refuted", 0.98, "is worse"),
    ],
)
def test_verdict_is_that_of_the_comparison(
    figures: dict[str, Any], fields: dict[str, Any], verdict: str, confidence: float | None, said: str,
    evidence: Evidence,
) -> None:  # fmt: skip
    found = judge_better(claim(**fields), with_comparison(evidence, **figures))
    assert found.verdict == verdict
    assert found.confidence == (None if confidence is None else pytest.approx(confidence))
    assert said in found.explanation


def test_numbers_are_signed_as_the_claim_is(evidence: Evidence) -> None:
    changed = with_comparison(evidence, **BETTER)
    assert judge_better(claim(), changed).numbers == {
        f"{COLLECTION}, multilingual AP: hybrid − monolingual": 0.02,
        f"{COLLECTION}, multilingual AP: hybrid − monolingual, adjusted p": 0.01,
    }
    reversed_claim = claim(system="monolingual", than="hybrid")
    assert (
        judge_better(reversed_claim, changed).numbers[f"{COLLECTION}, multilingual AP: monolingual − hybrid"] == -0.02
    )


def test_every_part_must_hold(evidence: Evidence) -> None:
    every = {(each.base, each.setting): each.verdict for each in evidence.statistics[0].comparisons
             if each.other == "hybrid" and each.measure == "AP"}  # fmt: skip
    settings = ["monolingual", "cross-lingual", "multilingual"]
    parts = [every[base, setting] for base in ("monolingual", "cross-lingual") for setting in settings]
    assert "better" in parts
    assert set(parts) != {"better"}
    found = judge_better(claim(than=["monolingual", "cross-lingual"], settings=settings), evidence)
    refuting = {"worse", "no difference shown"}
    assert found.verdict == ("refuted" if refuting & set(parts) else "not testable with this run")
    assert len(found.numbers) == 12
    told = found.explanation.rpartition("Of 6 parts of the claim, ")[2].replace("is", "are")
    assert f"{parts.count('better')} are supported" in told
    assert sum(map(int, re.findall(r"(\d) are ", told))) == 6


def test_a_claim_on_more_than_was_evaluated_says_what_it_was_judged_on(evidence: Evidence) -> None:
    said = f"Judged on {COLLECTION}, of {COLLECTION} and beir/fever."
    assert said in judge_better(claim(collections=[COLLECTION, "beir/fever"]), evidence).explanation
    assert "Judged on" not in judge_better(claim(collections=[COLLECTION]), evidence).explanation


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"than": "mixed"}, "no evaluation of mixed from isoglot/static on worldfacts/held-out"),
        ({"system": "hybird"}, "no evaluation of hybird"),
        ({"than": "bm25"}, "no evaluation of bm25"),
        ({"collections": ["xquad-r", "beir/*"]}, "xquad-r or beir/*; this run has worldfacts/held-out"),
        ({"start": "aligned"}, "about aligned start models, and this run starts from isoglot/static"),
        ({"start": "unaligned"}, "about unaligned start models"),
        ({"measure": "R@17"}, "does not compare hybrid with monolingual by R@17"),
    ],
)
def test_what_the_run_lacks_is_named(fields: dict[str, Any], said: str, evidence: Evidence) -> None:
    found = judge_better(claim(**fields), evidence)
    assert (found.verdict, found.confidence) == ("not testable with this run", None)
    assert said in found.explanation


def test_the_start_model_and_patterns_are_names(evidence: Evidence) -> None:
    found = judge_better(claim(than="untrained", collections="worldfacts/*"), evidence)
    assert found.verdict == "supported"
    assert "hybrid − untrained isoglot/static" in next(iter(found.numbers))
