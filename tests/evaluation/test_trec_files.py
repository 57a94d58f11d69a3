"""Run and qrels files: written, read by us and by ir_measures, and refused by line."""

import gzip
from collections.abc import Callable
from pathlib import Path

import ir_measures
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.evaluation.trec import columns, qrels_of, read_qrels, read_run, write, write_qrels, write_run

IDS = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=4)
Rows = dict[tuple[str, str], int]
RUN_LINE = "q1 Q0 p1 1 2.5 tag\n"


@pytest.fixture(params=[1, 7, 2**24], ids="blocks of {}".format)
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read and written in pieces of different sizes."""
    monkeypatch.setattr(columns, "BLOCK", request.param)
    monkeypatch.setattr(write, "LINES", request.param)


def qrels_table(rows: Rows) -> pa.Table:
    queries, passages = zip(*rows, strict=True)
    return pa.table({"query_id": queries, "passage_id": passages, "relevance": list(rows.values())})


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.tuples(IDS, IDS), st.integers(-2, 10**9), min_size=1), st.sampled_from(["qrels", "qrels.gz"]))
def test_qrels_come_back_here_and_in_ir_measures(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, name: str
) -> None:
    path = tmp_path_factory.mktemp("qrels") / name
    write_qrels(path, qrels_table(rows))
    assert read_qrels(path).equals(qrels_table(rows))
    assert {(each.query_id, each.doc_id): each.relevance for each in ir_measures.read_trec_qrels(str(path))} == rows
    assert [file.name for file in path.parent.iterdir()] == [name]


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("name", ["run", "run.gz"])
def test_a_run_comes_back_here_and_in_ir_measures(tmp_path: Path, name: str) -> None:
    top = np.array([[2, 0, 1], [1, -1, -1], [-1, -1, -1], [0, 2, -1]])
    scores = np.array([[0.75, 0.5, -2], [1e-7, 0, 0], [0, 0, 0], [123456.78, 3, 99]])
    write_run(tmp_path / name, ["q1", "q'2", 'q"3', "я"], ["a", "b,c", '"d"'], top, scores, "ours")
    expected = [("q1", '"d"', 0.75), ("q1", "a", 0.5), ("q1", "b,c", -2.0), ("q'2", "b,c", 1e-7), ("я", "a", 123456.78),
                ("я", '"d"', 3.0)]  # fmt: skip
    for found in (
        [tuple(row.values()) for row in read_run(tmp_path / name).to_pylist()],
        [tuple(line) for line in ir_measures.read_trec_run(str(tmp_path / name))],
    ):
        assert found == [(query, passage, pytest.approx(score, rel=1e-7)) for query, passage, score in expected]
    content = (tmp_path / name).read_bytes()
    lines = (gzip.decompress(content) if name.endswith("gz") else content).decode().splitlines()
    assert [tuple(line.split()[index] for index in (1, 3, 5)) for line in lines] == [
        ("Q0", rank, "ours") for rank in "123112"
    ]


def test_the_same_run_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        write_run(tmp_path / name, ["q"], ["p"], np.array([[0]]), np.array([[0.5]]))
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_judgments_of_a_topic_are_those_of_all_its_queries(tiny: Collection, tmp_path: Path) -> None:
    write_qrels(tmp_path / "qrels", qrels_of(tiny))
    assert (tmp_path / "qrels").read_text().splitlines() == [
        "q1de 0 p1en 1", "q1de 0 p1es 1", "q1de 0 p3de 0", "q1en 0 p1en 1", "q1en 0 p1es 1", "q1en 0 p3de 0",
        "q2en 0 p2de 2",
    ]  # fmt: skip


@pytest.mark.usefixtures("blocks")
def test_any_white_space_and_blank_lines_are_read(tmp_path: Path) -> None:
    text = "\ufeffq1\tQ0  p1 1\t2.5 tag\r\n\n  q1 Q0 p\u00a02 007 -1e-3 t  \n \t\nq2 x p1 y +inf z"
    (tmp_path / "run").write_bytes(text.encode())
    assert read_run(tmp_path / "run").to_pylist() == [
        {"query_id": "q1", "passage_id": "p1", "score": 2.5},
        {"query_id": "q1", "passage_id": "p\u00a02", "score": -0.001},
        {"query_id": "q2", "passage_id": "p1", "score": float("inf")},
    ]


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RUN_LINE + "\nq1 Q0 p2 2 1.5\n" + RUN_LINE, "line 3 has 5 columns instead of 6: query_id, Q0, passage_id"),
        (RUN_LINE + "q1 Q0 p2 2 1.5 my tag", "line 2 has 7 columns"),
        (RUN_LINE + "\n\nq1 Q0 p2 2 high tag\nq1 Q0 p3 2 low tag\n", "line 4 has the score 'high', which is not a num"),
        (RUN_LINE + "q1 Q0 p2 2 nan tag\n", "line 2 has the score 'nan', which is not a number"),
        (RUN_LINE + "q2 Q0 p1 2 1 tag\n\nq1 Q0 p1 9 1 tag\n" + RUN_LINE, "line 4 repeats passage 'p1' of query 'q1'"),
        ("", "is empty; it should have lines of query_id, Q0, passage_id, rank, score, tag"),
        (" \n\n", "is empty"),
    ],
)
def test_a_wrong_run_is_refused_by_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "run.txt").write_text(text)
    with pytest.raises(RequestError) as error:
        read_run(tmp_path / "run.txt")
    assert str(error.value).startswith(f"{tmp_path / 'run.txt'} ")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q1 0 p1 1\nq1 0 p2 1.5\n", "line 2 has the relevance '1.5', which is not a whole number"),
        ("q1 0 p1 1\nq1 0 p1 1\n", "line 2 repeats passage 'p1' of query 'q1'"),
        ("query-id\tcorpus-id\tscore\nq1\tp1\t1\n", "line 1 has 3 columns instead of 4: query_id, iteration, passage"),
    ],
)
def test_wrong_qrels_are_refused_by_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "qrels").write_text(text)
    with pytest.raises(RequestError) as error:
        read_qrels(tmp_path / "qrels")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("run", b"q1 Q0 p\xff 1 2.5 tag\n", "cannot be read after line 0"),
        ("run.gz", RUN_LINE.encode(), "cannot be read after line 0"),
        ("run.gz", gzip.compress(RUN_LINE.encode() * 999, mtime=0)[:-9], "cannot be read after line"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RequestError, match=said):
        read_run(tmp_path / name)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="does not exist"):
        read_qrels(tmp_path / "absent")


Arguments = dict[str, object]


@pytest.fixture
def write_changed(tmp_path: Path) -> Callable[..., None]:
    """Write a valid run of one query and two passages but for some arguments; nothing may be left behind."""

    def call(**changed: object) -> None:
        valid: Arguments = {
            "query_ids": ["q"], "passage_ids": ["a", "b"], "top": np.array([[0, 1]]), "scores": np.array([[2.0, 1.0]])
        }  # fmt: skip
        try:
            write_run(tmp_path / "run", **{**valid, **changed})  # type: ignore[arg-type]
        finally:
            assert list(tmp_path.iterdir()) == []

    return call


@pytest.mark.parametrize("broken", ["", "a b", "a\tb", "a\n", "\u00a0", "a\u3000b", "\x85", "\x1c", "\u2028"])
@pytest.mark.parametrize("argument", ["query_ids", "passage_ids", "tag"])
def test_an_id_that_would_break_a_line_is_not_written(
    write_changed: Callable[..., None], argument: str, broken: str
) -> None:
    value = {"query_ids": [broken], "passage_ids": ["a", broken], "tag": broken}[argument]
    with pytest.raises(RequestError, match="white space") as error:
        write_changed(**{argument: value})
    assert repr(broken) in str(error.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"scores": np.array([[1.0, 2.0]])}, "must not rise"),
        ({"scores": np.array([[2.0, np.nan]])}, "finite"),
        ({"scores": np.array([[np.inf, 1.0]])}, "finite"),
        ({"top": np.array([[-1, 1]])}, "-1 only after"),
    ],
)
def test_lists_that_are_not_best_first_are_not_written(
    write_changed: Callable[..., None], changed: Arguments, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        write_changed(**changed)
