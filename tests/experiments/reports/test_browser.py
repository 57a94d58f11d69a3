"""The page in a real browser: figures drawn, no error, light and dark, on a phone and on paper."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian package chromium)")

PHONE = 390
# Shows the page as a phone does, and then writes what it sees where --dump-dom finds it.
FRAME = """<!doctype html><body style="margin:0"><iframe style="border:0;width:{width}px;height:3000px" srcdoc="{page}">
</iframe><pre id="seen"></pre><script>
document.querySelector("iframe").onload = event => {{
  const page = event.target.contentDocument, view = event.target.contentWindow;
  const style = view.getComputedStyle(page.body);
  const drawings = [...page.querySelectorAll("svg")].map(svg => {{
    const box = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")];
    return {{width: box.width, height: box.height, paths: svg.querySelectorAll("path,use").length,
             ink: view.getComputedStyle(texts[0]).fill, texts: texts.filter(each => each.getBBox().width > 0).length}};
  }});
  document.getElementById("seen").textContent = JSON.stringify({{drawings, ground: style.backgroundColor,
    ink: style.color, wide: page.documentElement.scrollWidth, title: page.title}});
}};
</script>"""


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr",
               "--virtual-time-budget=5000", f"--user-data-dir={tmp_path / 'profile'}"]  # fmt: skip
    return subprocess.run([CHROMIUM, *options, *arguments], capture_output=True, text=True, timeout=120, check=True)


def look(page: str, tmp_path: Path, width: int, *arguments: str) -> tuple[dict[str, Any], list[str]]:
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(width=width, page=html.escape(page)), encoding="utf-8")
    done = run(tmp_path, "--dump-dom", *arguments, frame.as_uri())
    seen = re.search(r'<pre id="seen">(.+?)</pre>', done.stdout, re.DOTALL)
    assert seen, done.stderr[-2000:]
    return json.loads(html.unescape(seen[1])), re.findall(r"CONSOLE.*", done.stderr)


@pytest.mark.parametrize(("width", "scheme"), [(1100, "light"), (PHONE, "dark")])
def test_figures_are_drawn_without_an_error_in_the_colours_asked_for(
    width: int, scheme: str, page: str, tmp_path: Path
) -> None:
    seen, errors = look(page, tmp_path, width, f"--blink-settings=preferredColorScheme={int(scheme == 'light')}")
    assert errors == []
    assert seen["title"] == "Hybrid <b>batches</b> & facts"
    assert len(seen["drawings"]) == 6
    for each in seen["drawings"]:
        assert min(each["width"], each["height"]) > 100
        assert each["texts"] > 5
        assert each["paths"] > 5
        assert each["ink"] == seen["ink"]
    light, dark = sorted([seen["ground"], seen["ink"]], key=lambda colour: -sum(map(int, re.findall(r"\d+", colour))))
    assert (seen["ground"] == light) == (scheme == "light")
    assert light != dark
    assert seen["wide"] <= width, "the page scrolls sideways"


def test_an_error_in_the_console_is_seen(page: str, tmp_path: Path) -> None:
    _, errors = look(page.replace("</main>", "<script>console.error('oops')</script></main>"), tmp_path, 800)
    assert "oops" in str(errors)


def test_page_prints(folder: Path, tmp_path: Path) -> None:
    printed = tmp_path / "page.pdf"
    run(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={printed}", (folder / "report.html").as_uri())
    assert printed.read_bytes().startswith(b"%PDF")
    assert printed.stat().st_size > 50_000
