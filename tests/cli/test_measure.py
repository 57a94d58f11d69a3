"""`isoglot measure` on run files: means, lines per query, remarks and refusals."""

from collections.abc import Callable
from pathlib import Path

import ir_measures
import pytest

Isoglot = Callable[..., tuple[int, str, str]]

RUN = "q1 Q0 b 1 0.5 t\nq1 Q0 a 2 0.5 t\nq1 Q0 c 3 0.1 t\nq2 Q0 a 1 3 t\nq2 Q0 d 2 2 t\nq9 Q0 a 1 1 t\n"
QRELS = "q1 0 a 2\nq1 0 c 1\nq1 0 e 1\nq2 0 d 1\nq3 0 a 1\n"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A run and its qrels: a tie, a query that is not judged, and one that is not in the run."""
    paths = [tmp_path / "run [bold].txt", tmp_path / "qrels.txt"]
    for path, text in zip(paths, (RUN, QRELS), strict=True):
        path.write_text(text)
    return paths


def expected(names: list[str]) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Means and values by ir_measures."""
    measures = [ir_measures.parse_measure(name) for name in names]
    means, values = ir_measures.calc(
        measures, list(ir_measures.read_trec_qrels(QRELS)), list(ir_measures.read_trec_run(RUN))
    )
    return {str(name): mean for name, mean in means.items()}, {
        (value.query_id, str(value.measure)): value.value for value in values
    }


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ((), ["AP", "RR", "nDCG@10", "R@100"]),
        (("--measure", "P(rel=2)@2", "--measure", "MAP", "--measure", "AP"), ["P(rel=2)@2", "AP"]),
    ],
)
def test_means_are_those_of_ir_measures(
    isoglot: Isoglot, files: list[Path], options: tuple[str, ...], names: list[str]
) -> None:
    code, out, err = isoglot("measure", *files, *options)
    assert (code, err) == (0, "")
    rows = [line.split("│")[1:3] for line in out.splitlines() if "│" in line]
    means, _ = expected(names)
    assert {name.strip(): mean.strip() for name, mean in rows} == {name: f"{means[name]:.4f}" for name in names}
    assert "mean of 3 queries" in out
    assert "Queries of the run without judgments, left out: 1." in out
    assert "Judged queries that are not in the run, counted as 0: 1." in out


def test_lines_per_query_are_all_that_stands_on_standard_output(isoglot: Isoglot, files: list[Path]) -> None:
    code, out, err = isoglot("measure", *files, "--per-query", "--measure", "nDCG@2", "--measure", "RR")
    assert code == 0
    lines = [line.split("\t") for line in out.splitlines()]
    _, values = expected(["nDCG@2", "RR"])
    order = [(query, name) for query in ("q1", "q2", "q3") for name in ("nDCG@2", "RR")]
    assert [(query, name) for query, name, _ in lines] == order
    assert [float(value) for _, _, value in lines] == pytest.approx([values[each] for each in order], abs=1e-12)
    assert "Queries of the run without judgments, left out: 1." in err


@pytest.mark.parametrize(
    ("run", "options", "said"),
    [
        (RUN, ("--measure", "nDGC@10"), "did you mean 'nDCG'"),
        (RUN, ("--measure", "P"), "write P as P@10"),
        (RUN.replace("q2 Q0 d 2 2", "q2 Q0 d 2 two"), (), "line 5 has the score 'two'"),
        ("", (), "is empty"),
        ("1 Q0 a 1 1 t\n", (), "'1' in the run, 'q1' in the qrels"),
    ],
)
def test_a_wrong_request_ends_with_one_sentence(
    isoglot: Isoglot, files: list[Path], run: str, options: tuple[str, ...], said: str
) -> None:
    files[0].write_text(run)
    code, out, err = isoglot("measure", *files, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
