"""From a pressed key to hits on the screen: the whole answer of the search page, in a real browser.

    python benchmarks/page.py INDEX [--questions 80] [--onnx]

Starts `isoglot serve INDEX` and headless Chromium (Debian's packages chromium and chromium-driver) on this machine, and
asks by the page's own form. The time ends when the browser has drawn the frame with the new hits, by its own clock; the
service's part of it, from the question's text to the answer, is what the answer itself says.
"""

import argparse
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from service import QUESTIONS, serving

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
WARM_UP = 8
# Ask, and wait until the status names the answer and its frame was drawn: [milliseconds, what the status says].
ASK = """
const done = arguments[1], started = performance.now(), told = document.getElementById("status");
const seen = new MutationObserver(() => {
  if (!/\\d+ ms/.test(told.textContent)) return;
  seen.disconnect();
  const said = told.textContent;
  requestAnimationFrame(() => setTimeout(() => done([performance.now() - started, said])));
});
seen.observe(told, { childList: true, characterData: true, subtree: true });
document.getElementById("question").value = arguments[0];
document.getElementById("ask").requestSubmit();
"""


def browser() -> webdriver.Chrome:
    """Headless Chromium, by Debian's driver."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in FLAGS:
        options.add_argument(flag)
    return webdriver.Chrome(options, Service("/usr/bin/chromedriver"))


def main() -> None:
    """Read the arguments, ask, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--questions", type=int, default=80)
    parser.add_argument("--onnx", action="store_true", help="the service encodes with ONNX Runtime")
    arguments = parser.parse_args()
    with serving(arguments.index, *(["--onnx"] if arguments.onnx else [])) as url, browser() as page:
        page.get(url)
        asked = [f"{QUESTIONS[number % len(QUESTIONS)]} {number}" for number in range(arguments.questions + WARM_UP)]
        answers = [page.execute_async_script(ASK, question) for question in asked][WARM_UP:]
    whole = [milliseconds for milliseconds, _ in answers]
    own = [int(said.split(" ms")[0].split()[-1].replace(",", "")) for _, said in answers]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {len(os.sched_getaffinity(0))} cores")
    for name, times in (("key to drawn hits", whole), ("of which the service's answer", own)):
        p50, p95 = np.percentile(times, [50, 95])
        print(f"{name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms ({len(times)} questions)")


if __name__ == "__main__":
    main()
