"""The tables of an evaluation on terminals of several widths."""

import io
from collections import defaultdict
from typing import Any

import pytest
from rich.console import Console

from isoglot.data import Collection
from isoglot.evaluation.evaluate import Evaluation, evaluate
from isoglot.evaluation.tables import evaluation_page
from toys import StubEncoder


def parallel_evaluation(languages: list[str]) -> Evaluation:
    """An evaluation of six fully parallel topics in these languages."""
    topics, versions = range(6), [(t, code) for t in range(6) for code in languages]
    collection = Collection.from_rows(
        "parallel",
        queries=[
            {"query_id": f"q{t}{c}", "topic_id": f"t{t}", "language": c, "text": f"ask {t} {c}"} for t, c in versions
        ],
        passages=[{"passage_id": f"p{t}{c}", "language": c, "text": f"say {t} {c}"} for t, c in versions],
        qrels=[{"topic_id": f"t{t}", "passage_id": f"p{t}{c}"} for t in topics for c in languages],
    )
    return evaluate(StubEncoder(), collection)


def rendered(scores: dict[str, Any], width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(evaluation_page(scores))
    return console.file.getvalue()


ELEVEN = ["ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh"]
MANY = [*ELEVEN, "bg", "bn", "cs", "da", "fi", "fr", "id", "it", "ja", "ko", "nl", "pl", "pt"]


@pytest.mark.parametrize("languages", [["en"], ELEVEN, MANY, ["en", "zh-Hans-CN", "zh-Hant"]])
@pytest.mark.parametrize("width", [80, 200])
def test_every_number_of_the_matrix_is_readable(languages: list[str], width: int) -> None:
    scores = parallel_evaluation(languages).scores
    lines = rendered(scores, width).splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in "".join(lines)
    numbers: dict[str, list[str]] = defaultdict(list)
    heading: list[str] = []
    for line in (each.split() for each in lines):
        if line and all(word in languages for word in line):
            heading += line
        elif line and line[0] in languages:
            numbers[line[0]] += line[1:]
    assert heading == sorted(languages)
    for asked in languages:
        values = [100 * scores["pairs"][f"{asked}->{answered}"]["AP"] for answered in sorted(languages)]
        assert numbers[asked] == [f"{value:.0f}" for value in values]


def test_narrow_terminal_does_not_fail() -> None:
    assert "AP x 100" in rendered(parallel_evaluation(ELEVEN).scores, 40)


def test_setting_without_scores_shows_dashes() -> None:
    (line,) = (
        each for each in rendered(parallel_evaluation(["th"]).scores, 80).splitlines() if "cross-lingual │" in each
    )
    assert line.count("–") == 6
