"""A real browser, driven by the operating system's own driver; nothing is downloaded."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en",
)  # fmt: skip
WAIT = 30.0


class Page:
    """The page in a browser of 1200 × 900; what is looked for is waited for."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, address: str) -> None:
        self.driver.get_log("browser")  # what earlier pages complained of
        self.driver.get(address)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.until(lambda: next(iter(self.all(selector)), None))

    def texts(self, selector: str) -> list[str]:
        """What can be read there; by script, since elements may be replaced meanwhile."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)", selector)

    def text(self, selector: str) -> str:
        return " ".join(self.texts(selector))

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def module(self, name: str, expression: str, *arguments: object) -> Any:
        """The value of an expression in which `it` is one of the page's modules."""
        script = (
            "const done = arguments[arguments.length - 1], given = [...arguments];"
            f"import('./page/{name}.js').then((it) => done({expression}));"
        )
        return self.driver.execute_async_script(script, *arguments)

    def until(self, is_so: Any) -> Any:
        return WebDriverWait(self.driver, WAIT, 0.03).until(lambda _: is_so())

    def until_says(self, selector: str, words: str) -> None:
        self.until(lambda: words in self.text(selector))

    def press(self, keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(keys)

    def focused(self) -> str:
        return self.run("return document.activeElement.innerText || document.activeElement.id")

    def query(self) -> str:
        return self.run("return decodeURIComponent(location.search.replaceAll('+', ' '))")

    def complaints(self) -> list[str]:
        """What stands in the console, except that an address was refused: a browser notes that by itself."""
        entries = [entry["message"] for entry in self.driver.get_log("browser")]
        return [entry for entry in entries if "Failed to load resource" not in entry]

    def look(self, width: int = 1200, height: int = 900, **features: str) -> None:
        """Change the size of the window, and what media queries are told."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": told})


@contextmanager
def opened(profile: Path) -> Iterator[Page]:
    options = Options()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.set_script_timeout(WAIT)
    try:
        yield Page(driver)
    finally:
        driver.quit()


def style_of(page: Page, selector: str, name: str) -> str:
    return page.run(f"return getComputedStyle(document.querySelector({json.dumps(selector)}))[{json.dumps(name)}]")
