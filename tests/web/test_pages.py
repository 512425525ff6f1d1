"""Layouts, components and assets: what every page is made of."""

import gzip
import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from bot.web import assets
from tests.browser import axe, fits
from tests.web.pages import every_component

if TYPE_CHECKING:
    from tests.browser import Chromium

LAYOUTS = ("public", "desk")


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return every_component().test_client()


class Elements(HTMLParser):
    """The start tags of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_inline_or_from_elsewhere(client: FlaskClient, layout: str) -> None:
    """Claim: no inline script, style or handler, and no address of another host, so the policy breaks no page."""
    page = client.get(f"/{layout}").text
    for tag, attributes in Elements(page).found:
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        for name in ("src", "href", "action"):
            assert re.match(r"$|[/#](?!/)", attributes.get(name) or "")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_ids_are_unique_and_references_land(client: FlaskClient, layout: str) -> None:
    """Claim: every id stands once; every label, description and summary link points at one that is there."""
    elements = Elements(client.get(f"/{layout}").text).found
    ids = [attributes["id"] for _, attributes in elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for _, attributes in elements:
        for name in ("for", "aria-describedby", "aria-labelledby"):
            assert set((attributes.get(name) or "").split()) <= set(ids)
        href = attributes.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids


def test_what_people_wrote_is_escaped_and_whole(client: FlaskClient) -> None:
    """Claim: markup in a value stays text, and a leading newline in a text area survives."""
    page = client.get("/public").text
    assert "<script>alert" not in page
    assert ">\n\nfirst line kept</textarea>" in page


def test_the_title_says_first_that_something_is_wrong(client: FlaskClient) -> None:
    """Claim: a page with faults is heard to have them before its name."""
    assert "<title>Error: Every component - Thrive In Touch</title>" in client.get("/public").text


def test_pages_speak_the_reader_s_language(client: FlaskClient) -> None:
    """Claim: lang, dir and the words of layout and components follow the language; untranslated words stay English."""
    polish = client.get("/public?language=pl").text
    assert '<html lang="pl" dir="ltr"' in polish
    assert "Wstecz" in polish
    assert "Przejdź do treści" in polish
    assert "There is a problem" in polish
    assert '<html lang="ar" dir="rtl"' in client.get("/public?language=ar").text
    assert '<html lang="ur-Latn" dir="ltr"' in client.get("/public?language=ur-Latn").text


def test_dates_are_said_as_people_say_them(client: FlaskClient) -> None:
    """Claim: the filters give London time and a weekday."""
    page = client.get("/desk").text
    assert "10am on Monday 23 November" in page
    assert '<dd class="govuk-summary-list__value">Monday 23 November</dd>' in page


def test_a_form_of_the_components_is_taken(client: FlaskClient) -> None:
    """Claim: the hidden field of `csrf()` is what the guard asks for."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/public").text)
    assert token is not None
    assert client.post("/public", data={"csrf_token": token[1]}).status_code == 200


def test_assets_are_compressed_and_kept(client: FlaskClient) -> None:
    """Claim: an asset is the same with gzip and without, and is kept for good under its digest."""
    address = next(re.finditer(r'href="(/static/vendor/public\.css\?v=[0-9a-f]{16})"', client.get("/public").text))[1]
    small = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    plain = client.get(address)
    assert small.content_encoding == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert "immutable" in plain.headers["Cache-Control"]
    assert plain.headers["Vary"] == "Accept-Encoding"
    assert client.get(address.partition("?")[0]).headers["Cache-Control"] == "no-cache"
    assert client.get(address, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
    assert client.get(address + "&v=other").status_code == 200


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/../layout.html", "/static/%2e%2e/security.py"])
def test_only_assets_are_served(client: FlaskClient, path: str) -> None:
    """Claim: what is not a static file is not found."""
    assert client.get(path).status_code == 404


def test_the_sheets_are_small_and_ours() -> None:
    """Claim: a family's first page stays well under 60 kB; no font, crown or other host is in either sheet."""
    shelf = assets.load()
    public, desk = shelf["vendor/public.css"], shelf["vendor/desk.css"]
    assert len(public.compressed or b"") < 12_000
    assert len(desk.compressed or b"") < 20_000
    for sheet in (public, desk):
        assert not re.search(rb"url\(|@import|@font-face|GDS Transport|crown|crest", sheet.content)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, every_component(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(chromium: "Chromium", address: str, layout: str, width: int) -> None:
    """Claim: every component on both layouts passes axe, and no page scrolls sideways at 320 pixels."""
    with chromium.person(address, width=width) as person:
        page = person.new_page()
        page.goto(f"/{layout}")
        assert axe(page) == []
        assert fits(page, width)
        assert page.evaluate("document.activeElement.className") == "govuk-error-summary"


@pytest.mark.browser
def test_the_policy_breaks_no_page(chromium: "Chromium", address: str) -> None:
    """Claim: with the Content-Security-Policy in force the browser blocks nothing and reports no error."""
    context = chromium.browser.new_context(base_url=address)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    for layout in LAYOUTS:
        page.goto(f"/{layout}")
    assert said == []
    context.close()
