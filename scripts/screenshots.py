"""Take the pictures of the docs again: the web chat as a family sees it, the desk as a worker does, the demo's phone;
and those of the tour (scripts/tour.py).

Each is of the real demo, started on its own with fresh data, in the browser that the tests use.
"""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402  # the tests are no installed package

from bot.demo.setup import sign_ins  # noqa: E402
from scripts.tour import tour  # noqa: E402
from tests.browser import Chromium, chromium  # noqa: E402
from tests.running import Running, demo  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
FOUND = re.compile(r"\d km")  # a distance; the council's name has these letters too
ASKED = "my 4yr old is not talking much yet, SW18 2PU"
TEXTED = ("3", "not just now, thank you")
DANGER = "he is at the door he has a knife"


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with demo(data) as served, chromium() as browser:
            chat(served, browser)
            phone(served, browser)
            desk(served, browser, data)
    tour()


def chat(served: Running, browser: Chromium) -> None:
    with browser.person(served.url) as family:
        page = family.new_page()
        page.goto("/")
        page.get_by_role("textbox").fill(ASKED)
        page.get_by_role("button", name="Send").click()
        page.get_by_text(FOUND).first.wait_for()
        take(page, "chat", whole=False)
        # so that the desk has somebody to show
        page.get_by_role("button", name="Talk to a person").click()
        page.get_by_text("Talk to a person", exact=True).first.wait_for()


def phone(served: Running, browser: Chromium) -> None:
    with browser.person(served.url) as family:
        page = family.new_page()
        page.goto("/demo/phone")
        page.get_by_role("button", name="Move on to the next check-in").click()
        page.get_by_text("0 to 10").first.wait_for()
        for words in TEXTED:
            before = page.get_by_text("Council", exact=True).count()
            page.get_by_label("Text to the council").fill(words)
            page.get_by_role("button", name="Send").click()
            page.get_by_text("Council", exact=True).nth(before).wait_for()
        take(page, "phone")
        # another family, in danger, so that the desk shows what comes first
        page.goto("/demo/phone?number=07700900102")
        page.get_by_label("Text to the council").fill(DANGER)
        page.get_by_role("button", name="Send").click()
        page.get_by_text("call 999").first.wait_for()


def desk(served: Running, browser: Chromium, data: Path) -> None:
    worker = next(one for one in sign_ins(data) if one.role == "practitioner")
    with browser.person(served.url, width=1100) as staff:
        page = staff.new_page()
        page.goto("/desk")
        page.get_by_label("Email").fill(worker.email)
        page.get_by_label("Password").fill(worker.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("heading", level=1).wait_for()
        take(page, "desk")
        page.locator(".desk-case a").first.click()
        page.get_by_role("heading", level=1).wait_for()
        take(page, "case")


def take(page: Page, name: str, *, whole: bool = True) -> None:
    page.evaluate("scrollTo(0, 0)")  # what is fixed to the window is drawn where the page stands
    if not whole:
        page.set_viewport_size({"width": 390, "height": 1_300})
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)
    print(PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
