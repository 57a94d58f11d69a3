"""Everything with the keyboard alone."""

import pytest
from selenium.webdriver.common.keys import Keys

from page.browser import Page
from page.documents import TIDES

DOWN, UP, ENTER, ESCAPE, TAB = Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ENTER, Keys.ESCAPE, Keys.TAB


@pytest.fixture
def asked(page: Page, address: str) -> Page:
    page.open(f"{address}?q=tides&k=20")
    page.until_says("#status", "17 hits")
    return page


@pytest.mark.parametrize(("down", "up"), [(DOWN, UP), ("j", "k")])
def test_from_hit_to_hit_and_back_to_the_question(asked: Page, down: str, up: str) -> None:
    asked.press(DOWN)
    assert asked.focused() == "The cause of the tides"
    asked.press(down)
    assert asked.focused() == "Reading a tide table"
    asked.press(up)
    asked.press(up)
    assert asked.focused() == "question"


def test_the_last_hit_is_the_end(asked: Page) -> None:
    for _ in range(20):
        asked.press(DOWN)
    assert asked.focused() == "d-und-17"


def test_letters_in_the_question_are_letters(asked: Page) -> None:
    asked.press("/jk")
    assert asked.one("#question").get_attribute("value") == "tides/jk"


def test_slash_goes_to_the_question_and_selects_it(asked: Page) -> None:
    asked.press(DOWN)
    asked.press("/")
    assert asked.focused() == "question"
    asked.press("moon")
    assert asked.one("#question").get_attribute("value") == "moon"


def test_enter_opens_a_hit_and_closes_it(asked: Page) -> None:
    asked.press(DOWN)
    asked.press(ENTER)
    opened = asked.one(".hit:first-child h2 button")
    assert opened.get_attribute("aria-expanded") == "true"
    whole = asked.text(".hit:first-child .whole")
    assert all(words in whole for words in ("Language\nen", "d-en-1", "p1", "M. Okafor"))
    asked.press(ENTER)
    assert not asked.one(".hit:first-child .whole").is_displayed()


def test_escape_goes_back_and_then_clears(asked: Page) -> None:
    asked.press(DOWN)
    asked.press(ESCAPE)
    assert asked.focused() == "question"
    asked.press(ESCAPE)
    asked.until_says("#status", "17 passages")
    assert asked.one("#question").get_attribute("value") == ""


def test_enter_in_the_question_makes_a_step_of_the_history(asked: Page) -> None:
    asked.press(f" and the moon{ENTER}")
    asked.until(lambda: asked.query() == "?q=tides and the moon&k=20")
    asked.driver.back()
    asked.until(lambda: asked.query() == "?q=tides&k=20")
    asked.until(lambda: asked.one("#question").get_attribute("value") == "tides")


def test_the_skip_link_comes_first_and_leads_to_the_hits(asked: Page) -> None:
    for _ in range(4):  # two views and the name stand between
        asked.press(Keys.SHIFT + TAB)
    assert asked.focused() == "Skip to the results"
    asked.press(ENTER)
    asked.until(lambda: asked.run("return document.activeElement.id") == "results")
    asked.press(TAB)  # to the table's summary, not to the choices
    assert asked.run("return document.activeElement.closest('#makeup') !== null")


def test_arrows_choose_among_balances_and_do_not_leave_them(asked: Page) -> None:
    asked.run("document.querySelector('#balance-as-scored').focus()")
    asked.press(DOWN)
    asked.until_says("#makeup", "Calibrated:")
    assert asked.focused() == "balance-calibrated"


def test_what_has_the_focus_is_seen(asked: Page) -> None:
    for _ in range(12):
        asked.press(TAB)
        shown = asked.run(
            "const style = getComputedStyle(document.activeElement); return [style.outlineStyle, style.outlineWidth]"
        )
        assert shown[0] != "none", asked.focused()
        assert float(shown[1].removesuffix("px")) >= 1


def test_a_half_written_syllable_is_not_searched(asked: Page) -> None:
    typed = "question.value = 'に'; question.dispatchEvent(new InputEvent('input', {isComposing: arguments[0]}))"
    asked.run(typed, True)
    asked.run("return new Promise((done) => setTimeout(done, 400))")
    assert asked.query() == "?q=tides&k=20"
    asked.run("question.dispatchEvent(new CompositionEvent('compositionend'))")
    asked.until(lambda: asked.query() == "?q=に&k=20")


def test_question_is_found_again_by_its_address(page: Page, address: str) -> None:
    page.open(address)
    page.until_says("#status", "17 passages")
    page.press(f"{TIDES} 100% + & = # 水{ENTER}")
    page.until_says("#status", "10 hits")
    page.driver.refresh()
    page.until_says("#status", "10 hits")
    assert page.one("#question").get_attribute("value") == f"{TIDES} 100% + & = # 水"
