"""A real browser for the tests and the pictures: Debian's Chromium, driven by Playwright, and axe-core's verdict."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
MISSING = "Chromium is missing, so the browser tests cannot run; on Debian: apt-get install chromium"

# --no-sandbox because tests run as root in containers; the rest keep the browser from calling its makers
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

# WCAG 2.2 AA, and axe's own rules of good practice
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule that a page breaks: where, as CSS selectors, and what axe says of it."""

    rule: str
    impact: str
    help: str
    targets: tuple[str, ...]


class Chromium:
    """A running browser. Each context is a person with an empty device."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    @contextlib.contextmanager
    def person(self, base_url: str, *, javascript: bool = True, width: int = 390) -> Iterator[BrowserContext]:
        """A context of one person's; `width` in CSS pixels (320 is the narrowest that pages must bear).

        It bypasses the Content-Security-Policy so that axe can be brought into a page that allows no script but ours;
        a test of the policy itself uses `browser.new_context`.
        """
        context = self.browser.new_context(
            base_url=base_url,
            bypass_csp=True,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 844},
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(10_000)
        try:
            yield context
        finally:
            context.close()


def executable() -> str | None:
    return shutil.which("chromium")


@contextlib.contextmanager
def chromium() -> Iterator[Chromium]:
    """Start the browser and close it at the end. Raises `FileNotFoundError(MISSING)`."""
    path = executable()
    if path is None:
        raise FileNotFoundError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield Chromium(browser)
        finally:
            browser.close()


def fits(page: Page, width: int) -> bool:
    """Whether nothing on the page runs past `width` pixels, once it has come: a click returns before the page does."""
    page.wait_for_load_state()
    return bool(page.evaluate("width => document.documentElement.scrollWidth <= width", width))


def axe(page: Page, *, within: str | None = None) -> list[Violation]:
    """What axe-core finds wrong with the page as it is now; `within` is a CSS selector. Needs JavaScript on."""
    page.wait_for_load_state()
    page.add_script_tag(path=AXE)
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    told: dict[str, Any] = page.evaluate(
        "([within, options]) => axe.run(within ?? document, options)", [within, options]
    )
    return [
        Violation(
            rule=found["id"],
            impact=found["impact"] or "",
            help=found["help"],
            targets=tuple(str(node["target"]) for node in found["nodes"]),
        )
        for found in told["violations"]
    ]
