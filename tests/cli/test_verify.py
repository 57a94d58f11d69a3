"""`isoglot verify` as a person uses it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from isoglot.data import storage
from isoglot.data.catalogue import open_collection
from isoglot.experiments.claims.retrieval.verify import CAUTION

Isoglot = Callable[..., tuple[int, str, str]]
CLAIMS = "which river 37?\nFluss 74 ends in de2 [bold]\n\nzz qq\n"


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.txt"
    path.write_text(CLAIMS)
    return path


@pytest.fixture
def unlabelled(corpus: Path, tmp_path: Path) -> Path:
    """The corpus with judgments that call nothing relevant."""
    collection = open_collection(str(corpus))
    none = [{**row, "relevance": 0} for row in collection.qrels.to_pylist()]
    storage.save(
        type(collection).from_rows(
            "bare", queries=collection.queries.to_pylist(), passages=collection.passages.to_pylist(), qrels=none
        ),
        tmp_path / "bare",
    )
    return tmp_path / "bare"


def flat(text: str) -> str:
    return " ".join(text.split())


def test_passages_of_every_language_with_a_calibrated_verdict(
    isoglot: Isoglot, corpus: Path, claims: Path, tmp_path: Path
) -> None:
    out = tmp_path / "found.json"
    code, said, err = isoglot("verify", claims, "--corpus", corpus, "--model", "isoglot/static", "--top", "4",
                              "--out", out)  # fmt: skip
    assert (code, err) == (0, "")
    record = json.loads(out.read_text())
    assert record["statement"] == CAUTION
    assert record["calibration"]["topics"] == record["calibration"]["held_out_topics"] == 15
    assert record["calibration"]["quality"].keys() == {"precision", "recall", "coverage", "found_without_evidence"}
    assert [(each["line"], each["claim"]) for each in record["claims"]] == [
        (1, "which river 37?"), (2, "Fluss 74 ends in de2 [bold]"), (4, "zz qq")
    ]  # fmt: skip
    for each in record["claims"]:
        scores = [passage["score"] for passage in each["passages"]]
        assert [passage["rank"] for passage in each["passages"]] == [1, 2, 3, 4]
        assert scores == sorted(scores, reverse=True)
        assert 0 < each["probability"] < 1
        is_found = each["standard_score"] >= record["calibration"]["threshold"]
        assert each["verdict"] == ("related evidence found" if is_found else "nothing related found")
        assert each["verdict"] in said
    assert {passage["language"] for each in record["claims"] for passage in each["passages"]} == {"en", "de", "fr"}
    assert "Fluss 74 ends in de2 [bold]" in said
    assert CAUTION in flat(said)
    assert "On 15 other topics: precision" in flat(said)


def test_without_labels_there_are_ranks_and_scores_only(
    isoglot: Isoglot, unlabelled: Path, claims: Path, tmp_path: Path
) -> None:
    out = tmp_path / "found.json"
    code, said, err = isoglot("verify", claims, "--corpus", unlabelled, "--model", "isoglot/static", "--out", out)
    assert (code, err) == (0, "")
    record = json.loads(out.read_text())
    assert record["calibration"] is None
    assert all(each["verdict"] is each["probability"] is None for each in record["claims"])
    assert "nothing calibrated: bare has no labelled claims of its own" in flat(said)
    assert "related evidence" not in said
    assert CAUTION in flat(said)


def test_labelled_claims_of_another_collection_calibrate(
    isoglot: Isoglot, corpus: Path, unlabelled: Path, claims: Path, tmp_path: Path
) -> None:
    both = [tmp_path / "own.json", tmp_path / "other.json"]
    arguments = ("verify", claims, "--model", "isoglot/static")
    code, said, _ = isoglot(*arguments, "--corpus", corpus, "--out", both[0])
    assert (code, "as far as the two are alike" in flat(said)) == (0, False)
    code, said, _ = isoglot(*arguments, "--corpus", unlabelled, "--calibrate", corpus, "--out", both[1])
    assert (code, "as far as the two are alike" in flat(said)) == (0, True)
    own, other = (json.loads(path.read_text()) for path in both)
    assert own["calibration"] == other["calibration"]
    assert [each["verdict"] for each in own["claims"]] == [each["verdict"] for each in other["claims"]]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"CLAIMS": "none.txt"}, "none.txt does not exist"),
        ({"--corpus": "xquadr"}, "did you mean 'xquad-r'?"),
        ({"--model": "isoglot/statik"}, "did you mean 'isoglot/static'?"),
        ({"--top": "0"}, "--top"),
        ({"--calibrate": "UNLABELLED"}, "bare calls no passage relevant"),
        ({"--calibrate": "no-such"}, "no-such"),
        ({"--out": "CLAIMS"}, "exists; choose another --out"),
        ({"--out": "no/folder/found.json"}, "is not a folder"),
    ],
)
def test_a_wrong_request_is_one_line(
    changed: dict[str, str], said: str, isoglot: Isoglot, corpus: Path, unlabelled: Path, claims: Path
) -> None:
    options = {"--corpus": str(corpus), "--model": "isoglot/static", **changed}
    file = options.pop("CLAIMS", str(claims))
    named = {"UNLABELLED": str(unlabelled), "CLAIMS": str(claims)}
    code, out, err = isoglot("verify", file, *(part for name, value in options.items()
                                               for part in (name, named.get(value, value))))  # fmt: skip
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


@pytest.mark.parametrize("content", [b"", b"\x89PNG\xff"])
def test_a_file_without_claims_is_refused_before_anything_is_loaded(
    content: bytes, isoglot: Isoglot, tmp_path: Path
) -> None:
    (tmp_path / "claims.txt").write_bytes(content)
    code, out, err = isoglot("verify", tmp_path / "claims.txt", "--corpus", "no-such", "--model", "isoglot/static")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "claims.txt" in err
