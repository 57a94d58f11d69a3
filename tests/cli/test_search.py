"""`isoglot search`: its page, its JSON, and what it refuses."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from isoglot.cli.search import search
from isoglot.errors import RequestError
from isoglot.search.asking import filters
from isoglot.search.response import Hit, LanguageShare, SearchResponse, Span, Trade
from isoglot.search.terminal import answer_page, bar

HIT = Hit(
    rank=1,
    score=0.512,
    passage_id="p1",
    document_id="d1",
    language="th",
    language_confidence=1,
    title="Kiel",
    text="เมือง Kiel [bold]",
    source="a.txt",
    metadata={},
    highlights=(Span(start=6, end=10),),
)
SHARES = (
    LanguageShare(language="en", hits=0, hit_share=0, passages=3, pool_share=0.75),
    LanguageShare(language="th", hits=1, hit_share=1, passages=1, pool_share=0.25),
)


def page(**changed: object) -> str:
    answer = SearchResponse(
        question="Kiel?",
        mode="dense",
        balance="balanced",
        query_language="und",
        hits=(HIT,),
        languages=SHARES,
        trade=Trade(mean_score=0.42, mean_score_as_scored=0.46, shared_hits=1),
        milliseconds=12.3,
    ).model_copy(update=changed)
    console = Console(file=StringIO(), width=100, force_terminal=True, color_system="standard")
    console.print(answer_page(answer))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_page_shows_hits_languages_and_trade() -> None:
    shown = page()
    assert "\x1b[1;33mKiel\x1b[0m" in shown  # highlighted
    assert "[bold]" in shown  # text is no markup
    assert "English (en)" in shown
    assert "75%" in shown
    assert "1 of the 1 hits are those of the scores alone; mean score 0.420 against 0.460." in shown
    assert "an unknown language" in shown


def test_blocks_of_a_passage_stand_close_and_keep_their_marks() -> None:
    hit = HIT.model_copy(update={"text": "Tickets\n\nKiel\n\n3 €", "highlights": (Span(start=9, end=13),)})
    first, *rest = page(hits=(hit,), trade=None).splitlines()
    assert "0.512" in first
    assert [line.strip() for line in rest[:4]] == ["Tickets", "\x1b[1;33mKiel\x1b[0m", "3 €", ""]


def test_a_page_without_hits_says_so() -> None:
    assert "Nothing was found." in page(hits=(), trade=None)


@pytest.mark.parametrize(("hits", "pool"), [(0, 0), (1, 1), (0, 1), (1, 0)])
def test_bars_end_within_their_width(hits: float, pool: float) -> None:
    assert bar(hits, pool).count("│") == 1
    assert len(bar(hits, pool)) <= 25


@pytest.mark.parametrize("text", ["year", ":2024", ""])
def test_filters_without_a_column_or_colon_are_refused(text: str) -> None:
    with pytest.raises(RequestError, match="write it as column:value"):
        filters([text])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"k": 0}, "k is 0"),
        ({"balance": "only"}, "needs the languages to search; give some with --languages"),
        ({"balance": "calibrated", "mode": "lexical"}, "choose the mode dense or hybrid"),
    ],
)
def test_wrong_values_are_refused_before_an_index_is_opened(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        search(tmp_path, "Kiel?", **options)
