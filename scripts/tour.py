"""Take the pictures of docs/tour.md again, in their order: one family's texts, the desk's answer, what keeps it true.

Each is of the real demo, started on its own with fresh data, in the browser that the tests use. The captions stand in
docs/tour.md; a test holds the two together.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Locator, Page  # noqa: E402  # the tests are no installed package

from bot.demo.setup import sign_ins  # noqa: E402
from tests.browser import Chromium, chromium  # noqa: E402
from tests.running import Running, demo  # noqa: E402

PICTURES = ROOT / "docs" / "pictures" / "tour"
STEPS = (
    "01-a-text", "02-web-chat", "03-danger", "04-the-alert", "05-the-desk", "06-claimed", "07-answered", "08-the-reply",
    "09-closed", "10-a-check-in", "11-the-ledger", "12-the-directory", "13-a-flow",
)  # fmt: skip
FOUND = re.compile(r"\d km")  # a distance; the council's name has these letters too
STRANGER, FAMILY, DUTY = "07700900999", "07700900102", "07700900951"
ASKED = "my 4yr old is not talking much yet, SW18 2PU"
DANGER = "he is at the door he has a knife"
REPLY = "This is the pathway team. Are you safe to talk now? If he is still there, call 999."
DONE = "Spoke by telephone. Police had been. Safe at her sister's; the refuge rings tomorrow."
DESK_WIDTH, DESK_HEIGHT = 1000, 760


def tour() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as served, chromium() as browser:
        texts(served, browser)
        chat(served, browser)
        desk(served, browser, Path(folder))
        later(served, browser, Path(folder))


def texts(served: Running, browser: Chromium) -> None:
    with browser.person(served.url) as family:
        page = family.new_page()
        say(page, STRANGER, ASKED, "What next?")
        page.add_style_tag(content="#conversation { max-height: none }")  # the whole of it in one picture
        take(page.locator("section.phone"), "01-a-text")
        say(page, FAMILY, DANGER, "999")
        take(page.locator("section.phone"), "03-danger")
        page.goto(f"/demo/phone?number={DUTY}")
        until(page, "http")
        take(page.locator("section.phone"), "04-the-alert")


def chat(served: Running, browser: Chromium) -> None:
    with browser.person(served.url) as family:
        page = family.new_page()
        page.set_viewport_size({"width": 390, "height": 1_000})
        page.goto("/")
        page.get_by_role("textbox").fill(ASKED)
        page.get_by_role("button", name="Send").click()
        page.get_by_text(FOUND).first.wait_for()
        screen(page, "02-web-chat", at=page.get_by_text(FOUND).first)


def desk(served: Running, browser: Chromium, data: Path) -> None:
    with signed_in(served, browser, data, "practitioner") as page:
        screen(page, "05-the-desk")
        page.locator(".desk-case a").first.click()
        page.get_by_role("button", name="Claim this case").click()
        page.get_by_label("Your reply to the family").fill(REPLY)
        screen(page, "06-claimed", at=page.get_by_role("heading", name="Reply", exact=True))
        page.get_by_role("button", name="Send the reply").click()
        page.get_by_text(REPLY).first.wait_for()
        screen(page, "07-answered", at=page.get_by_role("heading", name="What was replied"))
        with browser.person(served.url) as family:
            phone = family.new_page()
            phone.goto(f"/demo/phone?number={FAMILY}")
            until(phone, "pathway team")
            take(phone.locator("section.phone"), "08-the-reply")
        page.get_by_label("Outcome").select_option(label="Emergency services called")
        page.get_by_label("What was done, and why it can be closed").fill(DONE)
        page.locator("form[action$='/close']").get_by_role("button").click()
        page.get_by_text("Closed by").first.wait_for()
        screen(page, "09-closed", at=page.get_by_text("Closed by").first)


def later(served: Running, browser: Chromium, data: Path) -> None:
    with browser.person(served.url) as family:
        page = family.new_page()
        page.goto("/demo/phone")
        page.get_by_role("button", name="Move on to the next check-in").click()
        until(page, "0 to 10")
        number = page.locator("#number").input_value()
        say(page, number, "8 thank you", "8 thank you", go=False)
        take(page.locator("section.phone"), "10-a-check-in")
    with signed_in(served, browser, data, "manager") as page:
        page.goto("/desk/ledger")
        screen(page, "11-the-ledger", at=page.get_by_text("check-ins.", exact=False).first)
        page.goto("/desk/directory")
        screen(page, "12-the-directory", at=page.locator(".desk-tabs__list").first)
    with signed_in(served, browser, data, "editor") as page:
        page.goto("/desk/flows")
        page.get_by_role("link", name="How are things?").or_(page.locator(".desk-flows__name a")).first.click()
        screen(page, "13-a-flow")


@contextmanager
def signed_in(served: Running, browser: Chromium, data: Path, role: str) -> Iterator[Page]:
    worker = next(one for one in sign_ins(data) if one.role == role)
    with browser.person(served.url, width=DESK_WIDTH) as staff:
        page = staff.new_page()
        page.set_viewport_size({"width": DESK_WIDTH, "height": DESK_HEIGHT})
        page.goto("/desk")
        page.get_by_label("Email").fill(worker.email)
        page.get_by_label("Password").fill(worker.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("link", name="Sign out").or_(page.get_by_role("button", name="Sign out")).first.wait_for()
        yield page


def say(page: Page, number: str, words: str, answer: str | re.Pattern[str], *, go: bool = True) -> None:
    """Text from a phone, and wait for an answer that holds `answer`."""
    if go:
        page.goto(f"/demo/phone?number={number}")
    page.get_by_label("Text to the council").fill(words)
    page.get_by_role("button", name="Send").click()
    until(page, answer)


def until(page: Page, words: str | re.Pattern[str]) -> None:
    page.locator("#conversation").get_by_text(words).first.wait_for(timeout=30_000)


def take(part: Locator, name: str) -> None:
    part.screenshot(path=PICTURES / f"{name}.png")
    print(PICTURES / f"{name}.png")


def screen(page: Page, name: str, *, at: Locator | None = None) -> None:
    """What stands on the screen, from the top of the page or with `at` in its upper part."""
    page.evaluate("scrollTo(0, 0)")
    if at is not None:
        at.evaluate("one => scrollTo(0, one.getBoundingClientRect().top - 200)")
    page.screenshot(path=PICTURES / f"{name}.png")
    print(PICTURES / f"{name}.png")


if __name__ == "__main__":
    tour()
