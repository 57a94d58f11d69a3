"""`isoglot evaluate` of a group of collections, and of one collection by another name."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Isoglot = Callable[..., tuple[int, str, str]]
SMALL = ("scifact", "nfcorpus", "arguana", "fiqa", "scidocs")


def write_beir(folder: Path) -> None:
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": f"d{n}", "title": "", "text": f"text number {n} about things"} for n in range(6)]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    queries = [{"_id": f"q{n}", "text": f"which text is number {n}"} for n in range(3)]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    judged = "".join(f"q{n}\td{n}\t1\n" for n in range(3))
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judged}")


@pytest.fixture
def model(isoglot: Isoglot, tmp_path: Path, corpus: Path) -> Path:
    folder = tmp_path / "model"
    flags = ("--model", "isoglot/static", "--steps", "1", "--batch-size", "4", "--dev-topics", "0")
    code, _, err = isoglot("train", "--train", corpus, *flags, "--out", folder)
    assert code == 0, err
    return folder


def test_a_group_gives_the_scores_of_each_member_and_their_mean(isoglot: Isoglot, model: Path, tmp_path: Path) -> None:
    for name in SMALL:
        write_beir(tmp_path / "beir" / name)
    out = tmp_path / "scores"
    code, printed, err = isoglot("evaluate", model, f"beir/small={tmp_path / 'beir'}", "--out", out)
    assert code == 0, err
    scores = json.loads((out / "scores.json").read_text())
    assert list(scores["members"]) == [f"beir/{name}" for name in SMALL]
    each = [json.loads((out / name / "scores.json").read_text()) for name in SMALL]
    precision = [one["settings"]["multilingual"]["AP"] for one in each]
    assert scores["settings"]["multilingual"]["AP"] == pytest.approx(sum(precision) / len(precision))
    assert "mean" in printed


def test_another_name_of_one_collection_is_no_group(isoglot: Isoglot, model: Path, tmp_path: Path) -> None:
    write_beir(tmp_path / "touche")
    out = tmp_path / "scores"
    code, _, err = isoglot("evaluate", model, f"beir/touche-2020={tmp_path / 'touche'}", "--out", out)
    assert code == 0, err
    assert json.loads((out / "scores.json").read_text())["collection"] == "beir/webis-touche2020"
    assert (out / "per_query.parquet").is_file()
