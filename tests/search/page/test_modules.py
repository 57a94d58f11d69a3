"""Functions of the page's modules, called in the browser with values worked out by hand."""

import pytest

from page.browser import Page


@pytest.fixture(scope="module")
def modules(browser: Page, address: str) -> Page:
    browser.open(address)
    return browser


@pytest.mark.parametrize(
    ("text", "spans", "pieces"),
    [
        ("abc", [], [("abc", False)]),
        ("abcdef", [(1, 3)], [("a", False), ("bc", True), ("def", False)]),
        ("🌕🌕x水", [(2, 4)], [("🌕🌕", False), ("x水", True)]),
        ("abcdef", [(3, 5), (0, 4)], [("abcd", True), ("e", True), ("f", False)]),
        ("abc", [(2, 9), (5, 7), (1, 1)], [("ab", False), ("c", True)]),
        ("", [(0, 3)], []),
    ],
)
def test_pieces_of_a_passage(
    modules: Page, text: str, spans: list[tuple[int, int]], pieces: list[tuple[str, bool]]
) -> None:
    given = [{"start": start, "end": end} for start, end in spans]
    found = modules.module("passage", "it.pieces(given[0], given[1])", text, given)
    assert [(each["text"], each["marked"]) for each in found] == pieces


def test_a_long_passage_is_shown_around_its_highlight(modules: Page) -> None:
    text = "word " * 200 + "needle" + " word" * 200
    found = modules.module("passage", "it.excerpt(given[0], given[1])", text, [{"start": 1000, "end": 1006}])
    (span,) = found["spans"]
    assert found["text"][span["start"] : span["end"]] == "needle"
    assert found["text"].startswith("… word")
    assert found["text"].endswith("word …")
    assert len(found["text"]) < 520


@pytest.mark.parametrize("text", ["short", "水" * 2000, "🌕" * 600])
def test_an_excerpt_begins_at_the_beginning_where_nothing_is_highlighted(modules: Page, text: str) -> None:
    found = modules.module("passage", "it.excerpt(given[0], [])", text)
    assert text.startswith(found["text"].removesuffix(" …"))
    assert found["cut"] == (len(text) > 510)


def test_an_address_keeps_every_state(modules: Page) -> None:
    state = {
        "view": "bias",
        "question": "a&b=c #1 + 水 %",
        "balance": "only",
        "mode": "lexical",
        "k": 50,
        "languages": ["ar", "zh-Hant"],
        "sources": ["a/b c.md", "x&y"],
        "where": {"year": ["2021", "true"], "": ["x"], "a.b": [" "]},
    }
    assert modules.module("address", "it.read(it.write(given[0]))", state) == state
    assert modules.module("address", "it.write(it.FIRST)") == "./"


def test_an_address_of_nonsense_is_the_first_state(modules: Page) -> None:
    found = modules.module("address", "it.read('?balance=fair&mode=__proto__&k=-3&view=x')")
    assert found == modules.module("address", "it.FIRST")


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("percent(0)", "0%"),
        ("percent(0.0004)", "under 0.1%"),
        ("percent(0.0123)", "1.2%"),
        ("percent(0.456)", "46%"),
        ("percent(1)", "100%"),
        ("share(0.5183)", ".518"),
        ("share(-0.4327)", "−.433"),
        ("share(1)", "1.000"),
        ("share(null)", "–"),
        ("ranks(7560.4)", "7,560"),
        ("score(0.03252)", "0.0325"),
        ("score(12.345)", "12.3"),
        ("score(1234.5)", "1,230"),
        ("counted(1, 'hit')", "1 hit"),
        ("counted(1200, 'hit')", "1,200 hits"),
        ("listed(['a'])", "a"),
        ("listed(['a', 'b', 'c'])", "a, b and c"),
        ("listed(['a', 'b', 'c', 'd', 'e', 'f'], 'or')", "a, b, c or 3 others"),
    ],
)
def test_words(modules: Page, call: str, text: str) -> None:
    assert modules.module("words", f"it.{call}") == text


def test_a_language_keeps_its_colour_and_strange_codes_are_shown_as_they_are(modules: Page) -> None:
    before = modules.module("languages", "it.colourOf('de')")
    modules.module("languages", "it.placeLanguages(['xx', 'de'])")
    assert modules.module("languages", "it.colourOf('de')") == before
    assert modules.module("languages", "it.nameOf('not a tag!')") == "not a tag!"
    assert modules.module("languages", "it.nameOf('zh-Hant')") == "Traditional Chinese"


def test_colours_of_the_heat_map_grow_lighter(modules: Page) -> None:
    levels = [level / 50 for level in range(51)]
    lights = modules.module("heat", "given[0].map((level) => it.luminance(it.colourAt(level)))", levels)
    assert lights == sorted(lights)
    assert modules.module("heat", "it.luminance([255, 255, 255])") == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("trade", "shared", "mean"),
    [
        ((0.5, 0.6, 1), "1 of 2 hits are among those that the scores alone would give", "is 0.500 instead of 0.600"),
        ((0.6, 0.6, 2), "all hits are those that the scores alone would give", "stays 0.600"),
    ],
)
def test_the_trade_in_words(modules: Page, trade: tuple[float, float, int], shared: str, mean: str) -> None:
    own, before, same = trade
    given = {"mean_score": own, "mean_score_as_scored": before, "shared_hits": same}
    answer = {"balance": "balanced", "hits": [{}, {}], "trade": given}
    words = modules.module("trade", "it.tradeWords(given[0])", answer)
    assert words == f"Balanced: {shared}. The mean score of the hits {mean}."
