"""One browser and one service for all tests of the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from page.browser import CHROMIUM, DRIVER, Page, opened
from page.scores import write_scores
from page.searcher import CannedSearcher
from page.service import served


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    for program in (CHROMIUM, DRIVER):
        if not program.exists():
            pytest.skip(f"{program} is absent; Debian's packages chromium and chromium-driver have it")
    with opened(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="session")
def searcher() -> CannedSearcher:
    return CannedSearcher()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory, searcher: CannedSearcher) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("index")
    write_scores(folder / "bias")
    with served(folder, searcher, rate=None) as found:
        yield found


@pytest.fixture
def page(browser: Page) -> Iterator[Page]:
    """A browser whose console must stay empty."""
    browser.look()
    yield browser
    assert browser.complaints() == []
