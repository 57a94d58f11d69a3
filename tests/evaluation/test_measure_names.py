"""Names of measures: read, printed and compared as ir_measures does, and refused with help."""

import pickle
import re
from collections.abc import Callable

import ir_measures
import numpy as np
import pytest
from numpy.typing import NDArray

from isoglot.errors import RequestError
from isoglot.evaluation.measures import DEFAULT_MEASURES, FAMILIES, Measure, parse
from isoglot.evaluation.settings import GoldRanks

CANONICAL = [
    "AP", "AP@100", "AP(rel=2)", "AP(rel=2)@100", "RR", "RR@10", "nDCG", "nDCG@10", "R@1", "R(rel=3)@1000", "P@1",
    "P(rel=2)@5", "Success@10", "Rprec", "Rprec(rel=2)", "RBP(rel=1)", "RBP(rel=1,p=0.5)",
]  # fmt: skip
OTHER_FORMS = {
    "MAP": "AP", "MRR@10": "RR@10", "NDCG@10": "nDCG@10", "Recall@100": "R@100", "Precision@5": "P@5",
    "RPrec": "Rprec", "AP(rel=1)": "AP", "R(rel=1)@5": "R@5", "RBP(p=0.50, rel=2)": "RBP(rel=2,p=0.5)",
    "RBP(rel=1,p=0.8)": "RBP(rel=1)",
}  # fmt: skip
GOLD = GoldRanks(np.array([0, 0]), np.array([2, 4]), np.array([1, 2]))


@pytest.mark.parametrize("name", CANONICAL)
def test_a_measure_is_its_name(name: str) -> None:
    measure = parse(name)
    assert str(measure) == repr(measure) == measure.name == name == str(ir_measures.parse_measure(name))
    assert measure == parse(name)
    assert hash(measure) == hash(parse(name))
    assert pickle.loads(pickle.dumps(measure)) == measure
    assert pickle.loads(pickle.dumps(measure))(GOLD).tolist() == measure(GOLD).tolist()


def test_different_names_are_different_measures_in_the_order_of_their_names() -> None:
    assert len({parse(name) for name in CANONICAL}) == len(CANONICAL)
    assert [str(measure) for measure in sorted(map(parse, CANONICAL))] == sorted(CANONICAL)
    assert [str(measure) for measure in DEFAULT_MEASURES] == ["AP", "RR", "R@1", "R@10", "R@100", "nDCG@10"]


@pytest.mark.parametrize(("form", "name"), OTHER_FORMS.items())
def test_other_forms_of_a_name_are_the_same_measure(form: str, name: str) -> None:
    assert parse(form) == parse(name)
    assert str(parse(form)) == name
    if form not in ("RBP(p=0.50, rel=2)",):  # which ir_measures prints in the order given
        assert str(ir_measures.parse_measure(form)) == name


@pytest.mark.parametrize(("form", "name"), [("mAP", "AP"), ("ndcg@5", "nDCG@5"), ("success@1", "Success@1")])
def test_capitals_do_not_matter(form: str, name: str) -> None:
    assert str(parse(form)) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nDGC@10", "did you mean 'nDCG'"),
        ("Sucess@1", "did you mean 'Success'"),
        ("", "known: AP, RR, nDCG, R, P, Success, Rprec, RBP"),
        ("AP ", "did you mean 'AP'"),
        ("R", "write R as R@10 or R(rel=2)@10"),
        ("RBP", "write RBP as RBP(rel=2) or RBP(rel=2,p=0.5)"),
        ("Rprec@5", "write Rprec as Rprec or Rprec(rel=2)"),
        ("nDCG(rel=2)@10", "write nDCG as nDCG or nDCG@10"),
    ],
)
def test_a_wrong_name_is_refused_with_the_right_one(name: str, said: str) -> None:
    with pytest.raises(RequestError) as error:
        parse(name)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "suffix",
    [
        "@", "@0", "@-1", "@1.5", "@٣", "@1 ", "@ 1", "@010", "@ten", "@1@2", "@9999999999", "()@1", "(2)@1", "(rel)@1",
        "(rel=0)@1", "(rel=)@1", "(rel=2", "(rel=2)@", "@1(rel=2)", "(rel=2,rel=3)@1", "(rel=1)(rel=1)@1", "(p=0.5)@1",
        "(cutoff=5)@5", "(rel=2,)@5", "\n@5", "@5\n",
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_by_its_whole_name(suffix: str) -> None:
    with pytest.raises(RequestError) as error:
        parse(f"P{suffix}")
    assert repr(f"P{suffix}") in str(error.value) or re.search(r"(; known|\? Known): ", str(error.value))


@pytest.mark.parametrize("share", ["0", "1", "0.0", "1.5", "-0.5", "1e-3", "nan", "."])
def test_a_share_lies_between_0_and_1(share: str) -> None:
    with pytest.raises(RequestError):
        parse(f"RBP(rel=1,p={share})")


@pytest.fixture
def last_rank(monkeypatch: pytest.MonkeyPatch) -> Callable[..., NDArray]:
    def last(ranks: GoldRanks, *, least: int, weight: float = 0.25) -> NDArray:
        return weight * np.maximum.reduceat(ranks.rank * (ranks.relevance >= least), ranks.starts)

    monkeypatch.setitem(FAMILIES, "Last", last)
    return last


def test_a_measure_from_outside_is_parsed_like_any_other(last_rank: Callable[..., NDArray]) -> None:
    assert parse("last(weight=.5,least=2)")(GOLD).tolist() == [2.0]
    assert str(parse("Last(weight=0.25,least=2)")) == "Last(least=2)"
    with pytest.raises(RequestError, match=r"write Last as Last\(least=2\) or Last\(least=2,weight=0.5\)"):
        parse("Last@5")


def test_a_measure_needs_no_family() -> None:
    number = Measure("NumRel", lambda ranks: ranks.numbers.astype(float))
    assert number(GOLD).tolist() == [2.0]
    assert number != parse("AP")
