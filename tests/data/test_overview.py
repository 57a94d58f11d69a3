"""The terminal pages survive any valid collection and show what they say."""

import io

from rich.console import Console, RenderableType

from isoglot.data import Collection
from isoglot.data.check import find_doubts
from isoglot.data.overview import doubts_page, overview_page


def shown(page: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=400).print(page)
    return out.getvalue()


def test_sizes_languages_and_topics(tiny: Collection) -> None:
    page = shown(overview_page(tiny, topics=1))
    assert "2 topics, 3 queries, 4 passages, 4 judgments, 3 languages" in page
    assert "Spanish" in page
    assert "Lima lo es." in page
    assert "Vientiane" not in page


def test_exclusions_are_counted_where_there_are_any(tiny: Collection, rows: dict) -> None:
    assert "exclusions" not in shown(overview_page(tiny, topics=0))
    excluding = Collection.from_rows("tiny", **rows, exclusions=[{"topic_id": "t1", "passage_id": "p2de"}])
    assert "4 judgments, 1 exclusions, 3 languages" in shown(overview_page(excluding, topics=0))


def test_a_language_with_queries_or_passages_only_counts_zero(tiny: Collection) -> None:
    lines = [line.split("│") for line in shown(overview_page(tiny, topics=0)).split("\n") if "│" in line]
    counts = {cells[1].strip(): (cells[3].strip(), cells[4].strip()) for cells in lines}
    assert counts == {"de": ("1", "2"), "en": ("2", "1"), "es": ("0", "1")}


def test_no_topics_may_be_asked_for(tiny: Collection) -> None:
    assert "Lima" not in shown(overview_page(tiny, topics=0))


def test_a_topic_without_judgments_is_shown_too(rows: dict) -> None:
    rows["queries"].insert(0, {"query_id": "q0", "topic_id": "t0", "language": "en", "text": "nobody knows?"})
    page = shown(overview_page(Collection.from_rows("tiny", **rows), topics=1))
    assert "nobody knows?" in page


def test_markup_in_ids_and_texts_is_text(rows: dict) -> None:
    for row in rows["queries"][:2]:
        row["topic_id"], row["text"] = "[/t1]", "what is [bold]x[/] \\"
    for row in rows["qrels"]:
        row["topic_id"] = row["topic_id"].replace("t1", "[/t1]")
    rows["passages"][0]["text"] = "[/red] 12"
    collection = Collection.from_rows("[/x]", **rows)
    page = shown(overview_page(collection, topics=2))
    assert "topic [/t1]" in page
    assert "what is [bold]x[/] \\" in page
    assert "[/red] 12" in shown(doubts_page(collection, find_doubts(collection))) or not find_doubts(collection)


def test_doubts_are_listed(rows: dict) -> None:
    rows["passages"][3]["text"] = "[/a]1"
    collection = Collection.from_rows("tiny", **rows)
    assert "p3de: [/a]1" in shown(doubts_page(collection, find_doubts(collection)))
    assert "nothing doubtful" in shown(doubts_page(collection, []))
