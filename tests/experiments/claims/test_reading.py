"""Claims in YAML: those that come with the package, one's own, and what is wrong with them in one sentence."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from isoglot.errors import RequestError
from isoglot.experiments.claims.reading import OF_THE_PAPER, claims_of, read_claims

VALID: dict[str, Any] = {
    "id": "mine",
    "sentence": "Hybrid batches are better.",
    "source": "me",
    "test": {"kind": "better", "system": "hybrid", "than": "mixed", "settings": "multilingual", "collections": "x"},
}


def write(path: Path, *claims: Any) -> Path:
    path.write_text(yaml.safe_dump(list(claims)))
    return path


def test_every_claim_of_the_paper_has_a_source_and_a_test() -> None:
    claims = read_claims(OF_THE_PAPER)
    assert len({claim.id for claim in claims}) == len(claims) == 12
    assert {condition.kind for claim in claims for condition in claim.test} == {
        "better", "languages", "sampling", "structure", "disjoint", "reported"
    }  # fmt: skip
    assert all("arXiv 2408.10536" in claim.source for claim in claims)


def test_own_claims_come_after_the_papers(tmp_path: Path) -> None:
    own = claims_of(write(tmp_path / "own.yaml", VALID))
    assert [claim.id for claim in own] == [*(claim.id for claim in claims_of(None)), "mine"]
    assert own[-1].test[0].than == ["mixed"]  # type: ignore[union-attr]


def test_measures_are_known_by_their_canonical_names(tmp_path: Path) -> None:
    for name, canonical in (("MAP", "AP"), ("ndcg@10", "nDCG@10"), ("RD", "RD")):
        (claim,) = read_claims(write(tmp_path / "own.yaml", {**VALID, "test": {**VALID["test"], "measure": name}}))
        assert claim.test[0].measure == canonical  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "test", "said"),
    [
        ({"sentnce": "x"}, {}, "no field 'sentnce'; did you mean 'sentence'?"),
        ({}, {"sytem": "x"}, "no field 'sytem'; did you mean 'system'?"),
        ({}, {"kind": "beter"}, "no kind of test 'beter'; did you mean 'better'?"),
        ({"test": {"system": "hybrid"}}, None, "a test has no 'kind'"),
        ({"test": "hybrid wins"}, None, "hybrid wins"),
        ({"test": []}, None, "test"),
        ({}, {"settings": "multilinguall"}, "'multilinguall'"),
        ({}, {"measure": "nDGC@10"}, "no measure 'nDGC'"),
        ({}, {"start": "alligned"}, "'alligned'"),
        ({"id": "Has spaces"}, {}, "'Has spaces'"),
        ({"source": ""}, {}, "source is ''"),
        ({"sentence": None}, {}, "sentence is None"),
    ],
)
def test_a_wrong_claim_is_one_sentence(
    fields: dict[str, Any], test: dict[str, Any] | None, said: str, tmp_path: Path
) -> None:
    own = {**VALID, **({} if test is None else {"test": {**VALID["test"], **test}}), **fields}
    with pytest.raises(RequestError) as caught:
        read_claims(write(tmp_path / "own.yaml", own))
    assert said in str(caught.value)
    assert "own.yaml, claim" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("missing", ["id", "sentence", "source", "test"])
def test_a_missing_field_is_named(missing: str, tmp_path: Path) -> None:
    own = {name: value for name, value in VALID.items() if name != missing}
    with pytest.raises(RequestError, match=f"there is no '{missing}'"):
        read_claims(write(tmp_path / "own.yaml", own))


def test_an_id_is_given_once(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="2 claims have the id 'mine'"):
        claims_of(write(tmp_path / "own.yaml", VALID, VALID))
    with pytest.raises(RequestError, match="2 claims have the id 'map-is-reported'"):
        claims_of(write(tmp_path / "own.yaml", {**VALID, "id": "map-is-reported"}))


@pytest.mark.parametrize("content", [b"claims: 1", b"- just words", b"a: [", b"\xff\xfe\x00", b""])
def test_what_is_no_list_of_claims_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_bytes(content)
    with pytest.raises(RequestError, match=r"own\.yaml is (no list of claims|not YAML)"):
        read_claims(tmp_path / "own.yaml")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="does not exist"):
        read_claims(tmp_path / "none.yaml")
