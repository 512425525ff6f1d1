"""The web chat in a real browser: with JavaScript and without, on a narrow screen and a wide one."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from werkzeug.serving import make_server

from bot.app import build
from bot.clock import SystemClock
from bot.store import inbox, outbox
from tests.browser import axe, fits
from tests.houses import Home, make_home

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

    from tests.browser import Chromium

pytestmark = pytest.mark.browser
SPEECH = "my 4yr old is not talking much yet, SW18 2PU"
KNIFE = "he has a knife hes outside"
SEND = "#composer .chat__send button"
WIDTHS = (320, 1280)


@dataclass
class Served:
    home: Home
    app: Flask
    url: str

    def stored(self) -> list[str]:
        with self.home.house.db.read() as tx:
            ids = [i for (i,) in tx.exec_driver_sql("SELECT id FROM inbox ORDER BY id")]
            return [inbox.inbox_by_id(tx, i).body for i in ids]


@pytest.fixture
def served(tmp_path: Path, sqlite_template: Callable[[], Path]) -> Iterator[Served]:
    """The real app on loopback, by a clock that goes."""
    path = tmp_path / "thrive.db"
    path.write_bytes(sqlite_template().read_bytes())
    made = make_home(f"sqlite:///{path}")
    house = replace(made.house, clock=SystemClock())
    home = Home(house=house, clock=made.clock, pigeon=made.pigeon)
    app = build(house.settings, house=house)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(home=home, app=app, url=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    house.db.close()


def say(page: "Page", words: str) -> None:
    page.fill("#text", words)
    page.click(SEND)


def no_network_beyond(context: "BrowserContext", url: str) -> list[str]:
    """Stand in for the neutral site, and note every address asked for that is not ours."""
    asked: list[str] = []

    def answer(route: "Route") -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<title>Weather</title><h1>Weather</h1>")

    context.route(lambda address: not address.startswith(url), answer)
    return asked


@pytest.mark.parametrize("javascript", [True, False], ids=["with-js", "without-js"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_story_of_a_family(chromium: "Chromium", served: Served, javascript: bool, width: int) -> None:
    """Claim: ask, be answered with cards, answer by a button, be kept safe: the same with and without JavaScript; axe
    finds nothing and nothing runs off the side."""
    with chromium.person(served.url, javascript=javascript, width=width) as person:
        page = person.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))

        def sound() -> None:
            if javascript:
                assert axe(page) == []
                assert fits(page, width)

        page.goto("/")
        sound()
        say(page, SPEECH)
        page.wait_for_selector(".listing")
        assert page.locator("#text").input_value() == ""
        sound()
        page.locator(".chat__replies button").first.click()
        page.wait_for_function("document.querySelectorAll('.chat__message--family').length === 2") if javascript else (
            page.wait_for_load_state()
        )
        if javascript:  # the pressed button is gone, and the focus is where its words now stand
            assert page.evaluate("document.activeElement.querySelector('.chat__message--family') !== null")
        else:
            assert page.get_by_role("button", name="Look for new replies").count() == 1
        say(page, KNIFE)
        page.wait_for_selector(".chat__message--safety")
        assert page.locator(".chat__ring a[href='tel:999']").count() == 1
        sound()
        assert faults == []
    assert len(served.stored()) == 3


@pytest.mark.parametrize(
    "address",
    ["/help", "/help?need=food", "/help/poster?need=food", "/chat/later", "/privacy", "/accessibility", "/nowhere"],
)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_other_pages(chromium: "Chromium", served: Served, address: str, width: int) -> None:
    """Claim: axe finds nothing on them, and nothing runs off the side."""
    with chromium.person(served.url, width=width) as person:
        page = person.new_page()
        page.goto(address)
        assert axe(page) == []
        assert fits(page, width)


READ_IN_ORDER = """
- link "Skip to main content"
- banner
- button "Exit this page"
- main
- heading "Your conversation" [level=1]
- text: If someone is in danger now, telephone
- link "999"
- log "Conversation"
- list
- listitem
- paragraph: You
- listitem
- paragraph: Automatic reply
- heading [level=2]
- form "Quick replies"
- button
- link "Send these results to my phone, or print them"
- link "Carry on later"
- textbox "Your message"
- button "Send"
- button "Exit this page"
- contentinfo
- link "Find help near you"
"""


@pytest.mark.parametrize("javascript", [True, False], ids=["with-js", "without-js"])
def test_a_screen_reader_hears_it_in_order(chromium: "Chromium", served: Served, javascript: bool) -> None:
    """Claim: the accessibility tree tells who speaks before what they say, the newest last in the log, then its
    answers, then the box; each line of the list below comes after the one before it, with JavaScript and without."""
    with chromium.person(served.url, javascript=javascript) as person:
        page = person.new_page()
        page.goto("/")
        say(page, SPEECH)
        page.wait_for_selector(".listing")
        page.goto("/")
        tree = page.locator("body").aria_snapshot()
    at, lines = 0, [line.strip() for line in tree.splitlines()]
    for wanted in READ_IN_ORDER.strip().splitlines():
        role, name, more = re.fullmatch(r"- (\w+)((?: \"[^\"]+\")?(?:: .+)?)(.*)", wanted).groups()
        found = [
            n for n, line in enumerate(lines[at:], at)
            if line.startswith(f"- {role}{name}") and more.strip() in line
        ]  # fmt: skip
        assert found, f"{wanted} comes not after {lines[at - 1]}:\n{tree}"
        at = found[0] + 1


@pytest.mark.parametrize("javascript", [True, False], ids=["with-js", "without-js"])
@pytest.mark.parametrize("width", WIDTHS)
def test_carrying_on_in_a_browser(chromium: "Chromium", served: Served, javascript: bool, width: int) -> None:
    """Claim: keep a conversation, send its list to a phone, and open it on another device; axe finds nothing on any of
    these pages or their faults, and nothing runs off the side."""

    def sound(page: "Page") -> None:
        if javascript:
            assert axe(page) == []
            assert fits(page, width)

    def code() -> str:
        served.home.send()
        return served.home.pigeon.carried[-1].body.split("code is ")[1][:7]

    with chromium.person(served.url, javascript=javascript, width=width) as person:
        page = person.new_page()
        page.goto("/")
        say(page, SPEECH)
        page.wait_for_selector(".listing")
        page.click("#keep-list")
        sound(page)
        page.fill("#phone", "07700 900321")
        page.get_by_role("button", name="Send the text").click()
        page.get_by_text("the list is on its way").wait_for()
        sound(page)
        page.goto("/chat/later")
        page.fill("#phone-keep", "nothing")
        page.locator("form[action='/chat/later'] button").click()
        page.wait_for_selector(".govuk-error-summary")
        sound(page)
        page.fill("#phone-keep", "07700 900321")
        page.locator("form[action='/chat/later'] button").click()
        page.fill("#code", "12")
        page.get_by_role("button", name="Go on").click()
        page.wait_for_selector(".govuk-error-summary")
        sound(page)
        page.fill("#code", code())
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("heading", name="Your conversation is kept").wait_for()
        sound(page)
    with chromium.person(served.url, javascript=javascript, width=width) as another:
        page = another.new_page()
        page.goto("/")
        page.get_by_role("link", name="Carry on later").click()
        page.fill("#phone-carry", "07700 900321")
        page.get_by_role("button", name="Text me a code").click()
        page.fill("#code", code())
        page.get_by_role("button", name="Go on").click()
        page.get_by_text(SPEECH).wait_for()
        assert "code" not in page.url
        assert "900321" not in page.url
        sound(page)


def test_on_paper_there_is_the_list_alone(chromium: "Chromium", served: Served) -> None:
    """Claim: printed, the page has no way out, no form and no link of this site; "Print this list" asks the browser."""
    with chromium.person(served.url) as person:
        page = person.new_page()
        page.goto("/help?need=food")
        page.get_by_role("button", name="Send these results to my phone, or print").click()
        page.evaluate("window.print = function () { document.title = 'printed'; }")
        page.get_by_role("button", name="Print this list").click()
        assert page.title() == "printed"
        page.emulate_media(media="print")
        assert page.locator(".listing").first.is_visible()
        for hidden in ("#leave", "#phone", "footer"):
            assert not page.locator(hidden).first.is_visible()


def test_the_policy_breaks_nothing(chromium: "Chromium", served: Served) -> None:
    """Claim: under the Content-Security-Policy in force a conversation and leaving it work, and nothing is blocked."""
    for javascript in (True, False):
        context = chromium.browser.new_context(base_url=served.url, java_script_enabled=javascript)
        asked = no_network_beyond(context, served.url)
        page = context.new_page()
        said: list[str] = []
        # Chromium tells of each Clear-Site-Data that it obeys
        page.on("console", lambda m, said=said: said.append(m.text) if "Cleared data types" not in m.text else None)
        page.goto("/")
        say(page, SPEECH)
        page.wait_for_selector(".listing")
        page.click("#leave button")
        page.wait_for_url("https://www.bbc.co.uk/weather")
        assert asked[0] == "https://www.bbc.co.uk/weather"
        assert said == []
        context.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["with-js", "without-js"])
def test_after_leaving_back_brings_nothing_back(chromium: "Chromium", served: Served, javascript: bool) -> None:
    """Claim: the browser's Back after leaving shows no word of the conversation, and its cookies are gone."""
    with chromium.person(served.url, javascript=javascript) as person:
        no_network_beyond(person, served.url)
        page = person.new_page()
        page.goto("/")
        say(page, "my secret words")
        page.wait_for_selector(".chat__message--family")
        page.click("#leave button")
        page.wait_for_url("https://www.bbc.co.uk/weather")
        for _ in range(50):  # with JavaScript the request that ends the chat outlives the page it came from
            if not person.cookies(served.url):
                break
            page.wait_for_timeout(100)
        assert person.cookies(served.url) == []
        page.go_back()
        page.wait_for_load_state()
        assert "my secret words" not in page.content()


def test_shift_three_times_leaves(chromium: "Chromium", served: Served) -> None:
    """Claim: Shift pressed three times leaves; capital letters never do."""
    with chromium.person(served.url) as person:
        no_network_beyond(person, served.url)
        page = person.new_page()
        page.goto("/")
        page.focus("#text")
        for letter in "ABCD":
            page.keyboard.press(f"Shift+{letter}")
        assert page.locator("#text").input_value() == "ABCD"
        for _ in range(3):
            page.keyboard.press("Shift")
        page.wait_for_url("https://www.bbc.co.uk/weather")


def test_the_way_out_is_always_in_reach(chromium: "Chromium", served: Served) -> None:
    """Claim: the button is in view at the top and at the end of a long page, and one Tab from Send."""
    with chromium.person(served.url, width=320) as person:
        page = person.new_page()
        page.goto("/")
        say(page, SPEECH)
        page.wait_for_selector(".listing")
        for place in ("0", "document.body.scrollHeight"):
            page.evaluate(f"window.scrollTo(0, {place})")
            box = page.locator("#leave button").bounding_box()
            assert box is not None
            assert 0 <= box["y"] < 100
        page.focus(SEND)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Exit this page"


def test_a_reply_is_read_from_its_beginning(chromium: "Chromium", served: Served) -> None:
    """Claim: after a post the view begins with the family's own words, clear of the band that holds the way out, so
    that a safety reply is seen from its first line."""
    with chromium.person(served.url, width=320) as person:
        page = person.new_page()
        page.goto("/")
        say(page, SPEECH)
        page.wait_for_selector(".listing")
        say(page, KNIFE)
        page.wait_for_selector(".chat__message--safety")
        page.wait_for_timeout(200)
        band = page.locator(".app-header").bounding_box()
        own = page.locator(".chat__message--family").last.bounding_box()
        reply = page.locator(".chat__message--safety .chat__who").bounding_box()
        assert band is not None
        assert own is not None
        assert reply is not None
        assert band["y"] + band["height"] <= own["y"] < reply["y"] < 844


def test_the_focus_stays_where_it_was(chromium: "Chromium", served: Served) -> None:
    """Claim: while a reply comes in the focus stays in the box, and the log that announces it is polite."""
    with chromium.person(served.url) as person:
        page = person.new_page()
        page.goto("/")
        page.fill("#text", "hello")
        page.focus("#text")
        page.evaluate("document.getElementById('composer').requestSubmit()")
        page.wait_for_selector(".chat__message--service")
        assert page.evaluate("document.activeElement.id") == "text"
        assert page.locator("#log").get_attribute("role") == "log"
        assert page.locator("#log").get_attribute("aria-live") == "polite"


def test_a_lost_answer_doubles_nothing(chromium: "Chromium", served: Served) -> None:
    """Claim: the server took the words but its answer was lost: they stay in the box, are sent again, and are there
    once."""
    lost: list[str] = []

    def lose(route: "Route") -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()  # the server has it
        route.abort("connectionreset")

    with chromium.person(served.url) as person:
        page = person.new_page()
        page.goto("/")
        page.route("**/chat", lose)
        say(page, SPEECH)
        page.wait_for_function("document.getElementById('chat-status').textContent.includes('Still trying')")
        assert page.locator("#text").input_value() == SPEECH
        page.wait_for_selector(".listing")
        assert page.locator("#text").input_value() == ""
        assert page.locator(".chat__message--family").count() == 1
    assert served.stored() == [SPEECH]


def test_without_a_connection_the_words_stay(chromium: "Chromium", served: Served) -> None:
    """Claim: with no connection the page says so, keeps the words, and sends them by the same button later."""
    with chromium.person(served.url) as person:
        page = person.new_page()
        page.clock.install()
        page.goto("/")
        person.set_offline(True)
        say(page, SPEECH)
        for _ in range(6):
            page.clock.run_for(10_000)
            page.wait_for_timeout(100)
        page.wait_for_function("document.getElementById('chat-status').textContent.includes('no connection')")
        assert page.locator("#text").input_value() == SPEECH
        assert not page.locator("#text").evaluate("box => box.readOnly")
        person.set_offline(False)
        page.click(SEND)
        page.wait_for_selector(".listing")
    assert served.stored() == [SPEECH]


def test_a_worker_s_words_come_by_themselves(chromium: "Chromium", served: Served) -> None:
    """Claim: what a worker writes appears in the open page without a reload."""
    with chromium.person(served.url) as person:
        page = person.new_page()
        page.goto("/")
        say(page, "hello")
        page.wait_for_selector(".chat__message--service")
        token = next(cookie["value"] for cookie in person.cookies() if cookie["name"] == "chat")
        address = served.home.address(token, "web")
        now = served.home.house.clock.now()
        with served.home.house.db.write() as tx:
            outbox.put_out(
                tx, key="staff:1", address_id=address.id, purpose="staff-reply", class_="conversation", rank=1,
                text_id="staff", body="Hello, this is Sam.", language="en", created_at=now, not_before=now,
            )  # fmt: skip
        served.home.send()
        page.wait_for_selector(".chat__message--worker", timeout=15_000)


def test_an_old_page_renews_itself(chromium: "Chromium", served: Served) -> None:
    """Claim: a page whose form token is no longer good gets a fresh one and sends the words once."""
    with chromium.person(served.url) as person:
        page = person.new_page()
        page.goto("/")
        person.clear_cookies(name="form")
        say(page, SPEECH)
        page.wait_for_selector(".listing")
    assert served.stored() == [SPEECH]


def test_what_is_too_long_for_a_server_stays_in_the_box(chromium: "Chromium", served: Served) -> None:
    """Claim: a body past the limit is refused in words, and every word is still there to be cut in parts."""
    words = "help " * 20_000
    with chromium.person(served.url) as person:
        page = person.new_page()
        page.goto("/")
        say(page, words)
        page.wait_for_function("document.getElementById('chat-status').textContent.includes('shorter messages')")
        assert page.locator("#text").input_value() == words
    assert served.stored() == []


def test_an_empty_box_is_told_so(chromium: "Chromium", served: Served) -> None:
    """Claim: pressing Send with nothing written says what to do, and sends nothing."""
    with chromium.person(served.url) as person:
        page = person.new_page()
        page.goto("/")
        page.click(SEND)
        page.wait_for_function("document.getElementById('chat-status').textContent.includes('few words')")
    assert served.stored() == []
