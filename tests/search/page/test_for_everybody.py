"""Names of controls, order of headings, contrast as drawn, phones, dark, print, less motion."""

from itertools import pairwise

import pytest

from page.browser import Page, style_of
from page.contrast import contrast, from_style

VIEWS = [
    "",
    "?q=tides&k=20&language=ar&language=en",
    "?q=tides&balance=balanced",
    "?q=tides&balance=only",
    "?view=bias",
]
READY = ":is(#makeup, #notice, .measures) *"

# A name as a browser would find it: of a label, of aria-label, or the text.
NAMELESS = """
const named = (each) => (each.labels?.length ? [...each.labels].map((label) => label.textContent).join(" ") : "")
  || each.getAttribute("aria-label") || each.textContent || each.title;
return [...document.querySelectorAll("a[href], button, input, select, summary, [role=img], [role=region]")]
  .filter((each) => !named(each)?.trim()).map((each) => each.outerHTML);
"""
BROKEN = """
const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
const points = (name) => [...document.querySelectorAll(`[${name}]`)];
const lost = (name) => points(name).filter((each) => !document.getElementById(each.getAttribute(name)));
const dangling = ["for", "aria-controls", "aria-describedby"].flatMap(lost);
const images = [...document.querySelectorAll("img:not([alt])")];
const styled = [...document.querySelectorAll("script:not([src]), [onclick], style")];
return [...twice, ...[...dangling, ...images, ...styled].map((each) => each.outerHTML)];
"""
HEADINGS = """
const inSight = [...document.querySelectorAll("h1, h2, h3, h4")].filter((each) => each.checkVisibility());
return inSight.map((each) => Number(each.tagName[1]));
"""
# Ink and ground of every text in sight; pictures that are hidden from readers of screens are no text.
INKS = """
const ground = (each) => {
  for (let at = each; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (!/, 0\\)$/.test(colour)) return colour;
  }
  return getComputedStyle(document.body).backgroundColor;
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
while (walker.nextNode()) {
  const each = walker.currentNode.parentElement, style = getComputedStyle(each);
  const hidden = !each.checkVisibility({visibilityProperty: true}) || each.matches("noscript, option");
  if (hidden || !walker.currentNode.data.trim()) continue;
  found.push([walker.currentNode.data.trim().slice(0, 40), style.color, ground(each)]);
}
return found;
"""


def show(page: Page, address: str, view: str) -> None:
    page.open(address + view)
    page.one(READY)


@pytest.fixture(scope="module", params=VIEWS)
def shown(request: pytest.FixtureRequest, browser: Page, address: str) -> Page:
    """A view, opened once for all tests of it."""
    browser.look()
    show(browser, address, request.param)
    return browser


def test_everything_has_a_name_and_headings_are_in_order(shown: Page) -> None:
    assert shown.run(NAMELESS) == []
    assert shown.run(BROKEN) == []
    levels = shown.run(HEADINGS)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_as_it_is_drawn_has_contrast(shown: Page, scheme: str) -> None:
    shown.look(prefers_color_scheme=scheme)
    found = shown.run(INKS)
    assert len(found) > 30
    assert [text for text, ink, ground in found if contrast(from_style(ink), from_style(ground)) < 4.5] == []


@pytest.mark.parametrize("width", [320, 360, 800])
def test_a_narrow_window_scrolls_only_up_and_down(shown: Page, width: int) -> None:
    shown.look(width, 740)
    assert shown.run("return document.documentElement.scrollWidth") <= width


def test_the_console_stays_empty(shown: Page) -> None:
    assert shown.complaints() == []


def test_on_a_phone_choices_are_folded_away(page: Page, address: str) -> None:
    page.look(360, 740)
    show(page, address, "?q=tides&balance=balanced&language=en")
    assert not page.one("#balance").is_displayed()
    assert page.text("#choices > summary small") == "Balanced · Meaning · 10 hits · 1 filter"
    page.one("#choices > summary").click()
    assert page.one("#balance").is_displayed()
    small = page.run(
        "return [...document.querySelectorAll('#choices .choice, #choices summary, #ask button')]"
        ".filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 24).length"
    )
    assert small == 0  # targets of 24 pixels, success criterion 2.5.8


def test_dark_follows_the_system(page: Page, address: str) -> None:
    show(page, address, "?q=tides")
    light = style_of(page, "body", "backgroundColor")
    page.look(prefers_color_scheme="dark")
    dark = style_of(page, "body", "backgroundColor")
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(21, 24, 28)")


def test_less_motion_is_respected(page: Page, address: str) -> None:
    page.look(prefers_reduced_motion="reduce")
    show(page, address, "?q=tides")
    assert page.run("return getComputedStyle(document.querySelector('#progress'), '::before').animationName") == "none"
    assert style_of(page, "#hits", "transitionProperty") == "none"


def test_print_has_hits_without_controls(page: Page, address: str) -> None:
    show(page, address, "?q=tides")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert page.one(".hit").is_displayed()
    assert not page.one("aside").is_displayed()
    assert style_of(page, "body", "color") == "rgb(0, 0, 0)"
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_answers_are_read_out(page: Page, address: str) -> None:
    show(page, address, "?q=tides")
    assert page.one("#status").get_attribute("role") == "status"
    assert page.one("#notice").get_attribute("role") == "alert"
    assert page.run("return document.documentElement.lang") == "en"
    assert page.one(".passage").get_attribute("lang") == "en"
    assert page.one(".badge bdi").get_attribute("lang").startswith("en")
