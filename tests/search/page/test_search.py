"""Asking, choosing and going back, in a real browser."""

from urllib.parse import quote

import pytest

from page.browser import Page, style_of
from page.documents import TIDES
from page.searcher import SLOW, CannedSearcher
from page.service import wait_for

QUESTION = f"?q={quote(TIDES)}"


def test_before_a_question_the_page_says_what_there_is_and_waits_in_the_box(page: Page, address: str) -> None:
    page.open(address)
    page.until_says("#status", "17 passages of 17 documents in 14 languages")
    assert page.focused() == "question"
    assert page.texts("#makeup tbody tr")[:2] == ["English en\t3\t18%", "German de\t2\t12%"]
    assert "isoglot/use-m3, 384 dimensions; version 7 of the index; every vector is compared." in page.text("#about")


def test_typing_searches_without_a_button(page: Page, address: str) -> None:
    page.open(address)
    page.until_says("#status", "17 passages")
    page.press("tides")
    page.until_says("#status", "10 hits in 7 of 14 languages")
    assert page.query() == "?q=tides"
    assert [text.split()[-1] for text in page.texts(".hit .rank")] == [str(n) for n in range(1, 11)]
    assert "The cause of the tides" in page.text(".hit:first-child h2")
    assert "0.830" in page.text(".hit:first-child .score")
    assert page.texts(".hit:first-child mark") == ["Two bulges of water form", "high water twice in a day"]
    assert page.driver.title == "tides – isoglot"


def test_all_of_typing_is_one_step_of_the_history(page: Page, address: str) -> None:
    page.open(address)
    page.until_says("#status", "17 passages")
    page.press("ti")
    page.until(lambda: page.query() == "?q=ti")
    page.press("des")
    page.until(lambda: page.query() == "?q=tides")
    page.driver.back()
    page.until_says("#status", "17 passages")
    assert page.query() == ""


def test_a_shared_address_opens_as_it_was(page: Page, address: str, searcher: CannedSearcher) -> None:
    page.open(
        f"{address}{QUESTION}&balance=balanced&mode=hybrid&k=5&language=de&language=ar&source=sea/handbook.md&where.kind=guide"
    )
    page.until_says("#status", "2 hits")
    asked = searcher.requests[-1]
    assert (asked.question, asked.balance, asked.mode, asked.k) == (TIDES, "balanced", "hybrid", 5)
    assert (asked.languages, asked.sources, asked.where) == (("de", "ar"), ("sea/handbook.md",), {"kind": ("guide",)})
    ticked = page.run("return [...document.querySelectorAll('#filters input:checked')].map((each) => each.value)")
    assert ticked == ["de", "ar", "sea/handbook.md", "guide"]
    assert page.run("return document.querySelector('#balance input:checked').value") == "balanced"


def test_the_balance_is_switched_its_trade_told_and_taken_back(page: Page, address: str) -> None:
    page.open(address + QUESTION)
    page.until_says("#makeup", "Scores are left alone")
    assert "Above their share: English (30% of hits, 18% of pool) and German (20% of hits, 12% of pool)." in page.text(
        "#makeup"
    )
    assert "41% of the pool" in page.text("#makeup")  # seven languages of one passage each: 7 / 17
    page.one("label[for=balance-balanced]").click()
    page.until_says("#makeup .trade", "Balanced: 7 of 10 hits are among those that the scores alone would give.")
    assert page.query().endswith("&balance=balanced")
    page.driver.back()
    page.until_says("#makeup", "Scores are left alone")
    assert page.one("#balance-as-scored").is_selected()


def test_the_make_up_is_a_picture_with_words_and_a_table(page: Page, address: str) -> None:
    page.open(address + QUESTION)
    page.until_says("#status", "10 hits")
    hits, pool = (each.get_attribute("aria-label") for each in page.all("#makeup [role=img]"))
    assert hits.startswith("Hits: English 30%, German 20%, French 10%")
    assert pool.startswith("Pool: English 18%, German 12%")
    widths = page.run(
        "const parts = document.querySelectorAll('.bar:nth-of-type(1) .part');"
        "return [...parts].map((each) => each.getBoundingClientRect().width)"
    )
    assert widths[0] / widths[2] == pytest.approx(3.0, rel=0.05)
    page.one("#makeup summary").click()
    assert page.texts("#makeup tbody tr")[0] == "English en\t3\t30%\t3\t18%"


def test_filters_narrow_the_search_and_are_cleared(page: Page, address: str, searcher: CannedSearcher) -> None:
    page.open(address + QUESTION)
    page.until_says("#status", "10 hits")
    german = page.run(
        "const labels = [...document.querySelectorAll('#filter-language label')];"
        "return labels.find((each) => each.innerText.includes('German'))"
    )
    german.click()
    page.until_says("#status", "2 hits")
    assert page.query().endswith("&language=de")
    assert page.focused().startswith("filter-language-")  # the place is not lost
    page.one("[id='filter-where.kind'] label").click()
    page.until_says("#status", "1 hit")
    assert searcher.requests[-1].where == {"kind": ("guide",)}
    page.one("#clear").click()
    page.until_says("#status", "10 hits")


def test_nothing_found_offers_to_clear_the_filters(page: Page, address: str) -> None:
    page.open(f"{address}{QUESTION}&language=ar&where.kind=note")
    page.until_says("#notice", "Nothing was found with these filters.")
    page.one("#notice button").click()
    page.until_says("#status", "10 hits")


def test_only_asks_for_languages_before_it_asks_the_service(page: Page, address: str) -> None:
    page.open(f"{address}{QUESTION}&balance=only")
    page.until_says("#notice", "choose at least one")
    page.one("#notice button").click()
    assert page.focused() == "filter-language-0"
    page.press(" ")
    page.until_says("#status", "3 hits")


def test_late_answers_are_dropped(page: Page, address: str, searcher: CannedSearcher) -> None:
    page.open(address)
    page.until_says("#status", "17 passages")
    page.press(SLOW)
    page.until_says("#status", "Searching…")
    assert page.one("#progress").is_displayed()
    page.run("question.value = 'nothing'; question.dispatchEvent(new Event('input'))")
    page.until_says("#notice", "Nothing was found.")
    searcher.gate.set()
    wait_for(lambda: [each.question for each in searcher.requests[-2:]] == [SLOW, "nothing"])
    page.run("return new Promise((done) => setTimeout(done, 300))")
    assert not page.all(".hit")
    assert "Nothing was found." in page.text("#notice")
    assert not page.one("#progress").is_displayed()


def test_scripts_from_right_to_left_and_marks_of_languages(page: Page, address: str) -> None:
    page.open(f"{address}{QUESTION}&k=20")
    page.until_says("#status", "17 hits")
    for code in ("ar", "he", "ur"):
        assert style_of(page, f".passage:lang({code})", "direction") == "rtl"
        assert style_of(page, f"h2:lang({code}) button", "direction") == "rtl"
    for code in ("en", "ja", "hi", "th"):
        assert style_of(page, f".passage:lang({code})", "direction") == "ltr"
    assert page.text(".passage:lang(ja) mark") == "一日に二回高くなり"  # behind a character of two units
    assert page.text(".passage:lang(ar) mark") == "يرتفع البحر مرتين في اليوم"
    assert "probably (62%) Norwegian no" in page.texts(".badge.unsure")
    assert "unknown language" in page.text(".badge")


def test_data_is_never_markup(page: Page, address: str) -> None:
    page.open(f"{address}{QUESTION}&k=20")
    page.until_says("#status", "17 hits")
    assert "<script>document.title = 'taken'</script>" in page.texts(".hit h2")
    assert "<b>markup</b>" in page.texts("mark")
    assert not page.all(".hit img, .hit script, .hit b, a[href^='javascript']")
    assert page.one(".facts a").get_attribute("href") == "https://example.org/tables?port=12"
    assert page.driver.title == f"{TIDES} – isoglot"


def test_languages_have_the_names_that_the_reader_uses(page: Page, address: str) -> None:
    agent = page.run("return navigator.userAgent")
    page.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": "de"})
    try:
        page.open(f"{address}{QUESTION}")
        page.until_says("#status", "10 hits")
        assert page.texts(".badge")[:3] == ["Englisch en", "Englisch en", "Deutsch de"]
        assert page.one(".badge bdi").get_attribute("lang") == "de"
    finally:
        page.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", {"userAgent": "", "acceptLanguage": ""})
