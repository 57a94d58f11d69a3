"""Contrast by WCAG 2 of every pair of colours that meet, in light, dark and print."""

import re

import pytest

from isoglot.search.service.pages import PAGE
from page.contrast import contrast, from_hex

COLOURS = (PAGE / "colours.css").read_text(encoding="utf-8")
SCHEMES = dict(
    zip(("light", "dark", "print"), re.findall(r":root \{(.*?)\n\s*\}", COLOURS, flags=re.DOTALL), strict=True)
)
TEXT = [
    *[(ink, ground) for ink in ("ink", "soft", "link") for ground in ("ground", "raised")],
    ("ink", "mark"),
    ("ink", "warn"),
    ("soft", "warn"),
    ("on-link", "link"),
]
# Parts of controls and of pictures, by success criterion 1.4.11.
GROUNDS = ("ground", "raised")
PARTS = [(part, "ground") for part in ("edge", "link", "accent")]
PARTS += [(f"hue-{number}", ground) for number in range(8) for ground in GROUNDS]


def colours(scheme: str) -> dict[str, tuple[int, ...]]:
    return {name: from_hex(value) for name, value in re.findall(r"--([\w-]+): (#\w{6})", SCHEMES[scheme])}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(scheme: str, ink: str, ground: str) -> None:
    found = colours(scheme)
    assert contrast(found[ink], found[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("part", "ground"), PARTS)
def test_parts_can_be_seen(scheme: str, part: str, ground: str) -> None:
    found = colours(scheme)
    assert contrast(found[part], found[ground]) >= 3


def test_every_scheme_has_every_colour() -> None:
    assert len({frozenset(colours(scheme)) for scheme in SCHEMES}) == 1


def test_no_colour_stands_outside_of_the_schemes() -> None:
    for file in PAGE.glob("*.css"):
        if file.name != "colours.css":
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[;, ])|rgb\(", file.read_text(encoding="utf-8")), file.name


def test_the_formula() -> None:
    assert contrast((255, 255, 255), (0, 0, 0)) == pytest.approx(21)
    assert contrast((255, 255, 255), (118, 118, 118)) == pytest.approx(4.54, abs=0.005)  # the grey that just passes
