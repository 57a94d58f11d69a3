"""The second view: the model's bias report."""

import json
from pathlib import Path

import pytest

from isoglot.evaluation.bias.tables import MEANINGS, RANKS
from page.browser import Page, style_of
from page.contrast import contrast, from_style
from page.service import served


def test_the_view_is_reached_and_left_with_the_question_kept(page: Page, address: str) -> None:
    page.open(f"{address}?q=tides")
    page.until_says("#status", "10 hits")
    page.one("#to-bias").click()
    page.until_says("#bias-view", "xquad-r")
    assert page.query() == "?q=tides&view=bias"
    assert page.one("#to-bias").get_attribute("aria-current") == "page"
    assert not page.one("#search-view").is_displayed()
    page.driver.back()
    page.until(lambda: page.one("#search-view").is_displayed())
    page.until_says("#status", "10 hits")


@pytest.fixture(scope="module")
def report(browser: Page, address: str) -> Page:
    browser.look()
    browser.open(f"{address}?view=bias")
    browser.until_says("#bias-view", "isoglot/use-m3 on xquad-r")
    return browser


def test_three_settings_and_what_they_mean(report: Page) -> None:
    assert report.texts(".settings h3") == ["monolingual", "cross-lingual", "multilingual"]
    assert [text.split()[0] for text in report.texts(".settings .figure")] == [".526", ".320", ".242"]
    assert "own language with AP .526, in another with .320" in report.text(".answer")
    assert "63% of questions; by chance for 9%" in report.text(".answer")
    assert "stand 7,560 ranks apart" in report.text(".answer")


def test_measures_with_what_would_be_fair(report: Page) -> None:
    rows = {row.split("\n")[0]: row for row in report.texts(".measures tbody tr")}
    assert "7,560\tlow" in rows["RD"]
    assert ".631\t.091" in rows["LPR"]
    assert "−.433\thigh" in rows["MRC@10"]
    assert ".433\t.091" in rows["own-language share@10"]


def test_a_heat_map_of_pairs_that_can_be_read(report: Page) -> None:
    """Ink on colour has 4.5:1 everywhere; by the formula of WCAG 2."""
    assert report.texts(".heat thead th") == ["ar", "de", "el", "en", "hi", "th", "zh"]
    assert report.texts(".heat tbody tr:nth-child(4) td")[3] == "72"  # en -> en
    assert len(report.all(".heat td.own")) == 7
    colours = report.run(
        "return [...document.querySelectorAll('.heat tbody td')].map((each) => "
        "[getComputedStyle(each).color, getComputedStyle(each).backgroundColor])"
    )
    assert all(contrast(from_style(ink), from_style(ground)) >= 4.5 for ink, ground in colours)


def test_languages_of_the_questions(report: Page) -> None:
    assert "Hindi hi\t.070\t.070\t.070\t7,000" in report.texts("#bias-view tbody tr")


def test_every_measure_of_the_evaluation_has_words_here(report: Page) -> None:
    assert set(report.module("bias_words", "Object.keys(it.MEASURES)")) == set(MEANINGS)
    told = report.module("bias_words", "given[0].filter(it.isRank)", list(MEANINGS))
    assert tuple(told) == RANKS


def test_a_wide_heat_map_scrolls_by_itself(report: Page) -> None:
    report.look(360, 740)
    assert report.run("return document.documentElement.scrollWidth") <= 360
    assert style_of(report, ".wide", "overflowX") == "auto"


def test_an_evaluation_in_one_language_says_that_it_tells_nothing(page: Page, tmp_path: Path) -> None:
    own = {"AP": 0.351, "R@1": 0.244}
    scores = {"model": "m", "collection": "beir/scifact", "bias": {"RD": 246.7}, "pairs": {"en->en": own}}
    settings = {"monolingual": own, "cross-lingual": {}, "multilingual": own}
    (tmp_path / "scores.json").write_text(json.dumps(scores | {"settings": settings, "languages": {"en": settings}}))
    with served(tmp_path, evaluation=tmp_path) as address:
        page.open(f"{address}?view=bias")
        page.until_says(".answer", "in one language, which tells nothing of bias")
        assert page.texts(".settings h3") == ["monolingual", "multilingual"]
        assert not page.all(".heat")
