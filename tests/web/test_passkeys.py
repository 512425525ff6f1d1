"""Passkeys through the desk's pages: by a soft authenticator over HTTP, and by Chromium's own in a real browser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.casework import passkeys
from bot.web.here import HOUSE
from tests.authenticator import Authenticator
from tests.houses import ON_SQLITE, Home
from tests.web.standing import a_silence
from tests.web.test_second_factor import give, now_code, secret_of
from tests.web.worker import PASSWORD, Worker, at_desk, fields, hire, sign_in, signed_in_at

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, CDPSession, Page

    from tests.browser import Chromium

PAGE = "/desk/account/passkeys"
ORIGIN = "http://localhost"
BOTH_WIDTHS = pytest.mark.parametrize("width", [320, 1280])


def reached_at(app: Flask, home: Home, address: str) -> None:
    """The service has this public address: a passkey is for a name, and 127.0.0.1 is none."""
    home.house = replace(home.house, settings=replace(home.house.settings, public_url=address))
    app.extensions[HOUSE] = home.house


@pytest.fixture
def named(app: Flask, home: Home) -> Flask:
    reached_at(app, home, ORIGIN)
    return app


def add(worker: Worker, name: str = "The laptop") -> tuple[Authenticator, TestResponse]:
    key = Authenticator(ORIGIN)
    options = worker.get(f"{PAGE}/new").get_json()
    return key, worker.post(PAGE, PAGE, name=name, credential=key.make(options))


def come_in(app: Flask, key: Authenticator, client: FlaskClient | None = None, **given: str) -> tuple[FlaskClient, Any]:
    client = client or app.test_client()
    form = fields(client.get("/desk/sign-in").text, "/desk/sign-in/passkey")
    said = key.show(client.get("/desk/sign-in/passkey").get_json())
    return client, client.post("/desk/sign-in/passkey", data={**form, "credential": said, **given})


def ids(home: Home, email: str) -> tuple[int, list[int]]:
    from bot.store import staff as rows

    with home.house.db.read() as tx:
        found = rows.find_staff(tx, email)
    assert found is not None
    return found.id, [one.id for one in passkeys.held(home.house, found.id)]


def test_a_passkey_is_added_signed_in_with_and_removed(named: Flask, home: Home) -> None:
    """Claim: the round over HTTP: listed by its name, signing in leads to the page that was asked for, the answer used
    is of no use again, and once removed it opens nothing; what the browser was asked is in a cookie of its own."""
    sam = at_desk(named, home)
    key, added = add(sam)
    assert (added.status_code, added.headers["Location"]) == (303, f"{PAGE}?done=passkey")
    page = sam.get(added.headers["Location"]).text
    assert "The laptop" in page
    assert "Your passkey is added" in page
    client = named.test_client()
    asked = client.get("/desk/sign-in/passkey")
    cookie = next(one for one in asked.headers.getlist("Set-Cookie") if one.startswith("passkey="))
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=300"} <= set(cookie.split("; "))
    client, answer = come_in(named, key, next="/desk/ledger")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/ledger")
    assert client.get("/desk/ledger").status_code == 200
    assert client.get_cookie("passkey") is None
    passkey_id = ids(home, "sam.okoro@council.example")[1][0]
    gone = sam.post(PAGE, f"{PAGE}/{passkey_id}/remove")
    assert gone.headers["Location"] == f"{PAGE}?done=passkey-removed"
    assert "You have none yet" in sam.get(PAGE).text
    assert come_in(named, key)[1].status_code == 401
    assert {"passkey.add", "passkey.remove"} <= {action for action, _, _ in home.audited()}


@ON_SQLITE
def test_adding_and_removing_ask_who_sits_there(named: Flask, home: Home) -> None:
    """Claim: five minutes after the last proof, no passkey is asked for, added or removed at a desk left open; the
    passkey itself, shown again, opens the page."""
    sam = at_desk(named, home)
    key, _ = add(sam)
    kept = sam.fields(PAGE, PAGE)
    passkey_id = ids(home, "sam.okoro@council.example")[1][0]
    home.later(minutes=6)
    again = f"/desk/account/again?next={PAGE}"
    assert sam.get(PAGE).headers["Location"] == again
    assert sam.get(f"{PAGE}/new").status_code == 403
    for address in (PAGE, f"{PAGE}/{passkey_id}/remove"):
        assert sam.client.post(address, data=kept).headers["Location"] == again
    assert ids(home, "sam.okoro@council.example")[1] == [passkey_id]
    assert "show your passkey" not in sam.get(again).text
    assert 'name="password"' not in sam.get(again).text  # a password alone would prove nothing
    asks, form = "/desk/account/again/passkey", sam.fields(again, "/desk/account/again/passkey")
    wrong = Authenticator(ORIGIN, handle=key.handle).show(sam.get(asks).get_json())
    assert sam.client.post(asks, data={**form, "credential": wrong}).status_code == 401
    shown = sam.client.post(asks, data={**form, "credential": key.show(sam.get(asks).get_json())})
    assert (shown.status_code, shown.headers["Location"]) == (303, PAGE)
    assert "The laptop" in sam.get(PAGE).text


@ON_SQLITE
def test_export_and_erasure_take_the_passkey(named: Flask, home: Home) -> None:
    """Claim: shown on the person's page it opens what the password opened, and leads back there."""
    mina = at_desk(named, home, "manager")
    key, _ = add(mina)
    ref, _ = a_silence(home)
    page, asks = f"/desk/people/{ref}/data", "/desk/account/again/passkey"
    assert "Give them a copy" not in mina.get(page).text
    refused = mina.client.post(f"{page}/confirm", data={**mina.fields(page, asks), "password": PASSWORD})
    assert (refused.status_code, "show your passkey" in refused.text) == (401, True)
    shown = mina.post(page, asks, credential=key.show(mina.get(asks).get_json()))
    assert shown.headers["Location"] == page
    assert "Give them a copy" in mina.get(page).text


@ON_SQLITE
def test_a_password_leads_to_the_passkey_and_to_no_code_of_a_thief(named: Flask, home: Home) -> None:
    """Claim: the password of somebody with a passkey alone opens a page that asks for it and shows no secret of a code;
    with a code too, either is taken."""
    sam, email = at_desk(named, home), "sam.okoro@council.example"
    key, _ = add(sam)
    client, answer = sign_in(named, email)
    assert answer.headers["Location"] == "/desk/sign-in/code"
    asked = client.get("/desk/sign-in/code").text
    assert ("<svg" in asked, "Now show your passkey" in asked) == (False, True)
    given = client.post("/desk/sign-in/code", data={**fields(asked, "/desk/sign-in/passkey"), "code": "123456"})
    assert given.status_code == 401
    form = fields(asked, "/desk/sign-in/passkey")
    said = key.show(client.get("/desk/sign-in/passkey").get_json())
    assert client.post("/desk/sign-in/passkey", data={**form, "credential": said}).status_code == 303
    assert client.get("/desk").status_code == 200
    page = client.get("/desk/account/code")
    assert page.status_code == 200
    secret = secret_of(home, email)[1]
    csrf = fields(page.text, "/desk/account/code")
    assert client.post("/desk/account/code", data={**csrf, "code": now_code(home, secret)}).status_code == 303
    home.later(minutes=1)
    thief, _ = sign_in(named, email)
    assert give(thief, now_code(home, secret)).status_code == 303


def test_an_administrator_takes_passkeys_away_after_proving_who_they_are(named: Flask, home: Home) -> None:
    """Claim: minutes after signing in it asks for the proof first, for a code too; then the passkeys open nothing, the
    sessions end, the audit says who did it, and the password lets them in to add another."""
    sam = at_desk(named, home)
    key, _ = add(sam)
    staff_id, _ = ids(home, "sam.okoro@council.example")
    ash, address = at_desk(named, home, "administrator"), f"/desk/staff/{staff_id}"
    assert "Passkeys: 1." in ash.get("/desk/staff").text
    home.later(minutes=6)
    for act in ("passkeys", "code"):
        asked = ash.post("/desk/staff", address, act=act)
        assert asked.headers["Location"] == "/desk/account/again?next=/desk/staff"
    assert len(ids(home, "sam.okoro@council.example")[1]) == 1
    ash.post(asked.headers["Location"], "/desk/account/again", password=PASSWORD)
    assert ash.post("/desk/staff", address, act="passkeys").headers["Location"] == "/desk/staff?done=passkeys"
    assert ("passkey.taken-away", f"staff:{staff_id}", "1") in home.audited()
    assert sam.get("/desk").status_code == 303
    assert come_in(named, key)[1].status_code == 401
    assert sign_in(named, "sam.okoro@council.example")[1].headers["Location"] == "/desk"
    assert ash.post("/desk/staff", address, act="passkeys").status_code == 404


@ON_SQLITE
def test_only_pages_with_a_passkeys_button_may_ask_for_one(named: Flask, home: Home) -> None:
    """Claim: the sign-in page and one's own passkeys are let, for our own origin; the inbox, the chat and a page served
    at a bare address are not, and that says kindly why."""
    sam = at_desk(named, home)
    for address, let in (("/desk/sign-in", True), (PAGE, True), ("/desk", False), ("/chat", False)):
        policy = sam.get(address).headers["Permissions-Policy"]
        for feature in ("publickey-credentials-get", "publickey-credentials-create"):
            assert f"{feature}=({'self' if let else ''})" in policy, address
    reached_at(named, home, "http://127.0.0.1:8000")
    assert "passkey.js" not in sam.get("/desk/sign-in").text
    assert sam.get("/desk/sign-in/passkey").status_code == 404
    assert "served at a bare address" in sam.get(PAGE).text


@ON_SQLITE
def test_a_signed_in_colleague_of_the_council_has_none(named: Flask, home: Home) -> None:
    """Claim: who signs in by the council's account is led away from passkeys of ours."""
    import sqlalchemy as sa

    sam = at_desk(named, home)
    key, _ = add(sam)
    with home.house.db.write() as tx:
        tx.execute(sa.text("UPDATE staff SET password_hash = '!'"))
    assert sam.get(PAGE).headers["Location"] == "/desk/account"
    assert sam.get(f"{PAGE}/new").status_code == 403
    assert come_in(named, key)[1].status_code == 401


@contextmanager
def with_key(device: "BrowserContext", page: "Page") -> "Iterator[CDPSession]":
    """Chromium's own virtual authenticator, of the kind that a laptop has built in."""
    devtools = device.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    built_in = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": built_in})
    yield devtools


def fair(page: "Page", name: str, width: int) -> None:
    """Nothing for axe, nothing over the edge; kept as a picture where somebody wants to look."""
    from tests.browser import axe, fits

    page.wait_for_load_state()
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    assert not page.get_by_text("did not finish").is_visible(), name
    assert axe(page) == [], name
    assert fits(page, width), name


@contextmanager
def by_name(app: Flask, home: Home) -> Iterator[str]:
    """Served on loopback, and reached as localhost."""
    from tests.web.worker import served

    with served(app) as url:
        address = f"http://localhost:{urlsplit(url).port}"
        reached_at(app, home, address)
        yield address


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
@BOTH_WIDTHS
def test_the_round_in_a_real_browser(app: Flask, home: Home, chromium: "Chromium", width: int) -> None:
    """Claim: added at the second try, signed out, signed in with, shown again for a person's data, removed; each page
    passes axe and fits; the browser's own policy lets the pages ask."""
    email, (ref, _) = hire(home, "manager"), a_silence(home)
    with by_name(app, home) as address, chromium.person(address, width=width) as device:
        page = device.new_page()
        with with_key(device, page):
            signed_in_at(page, email, "/desk/account")
            page.get_by_role("link", name="Add a passkey").click()
            page.get_by_text("You have none yet.").wait_for()
            fair(page, "passkeys-none", width)
            page.get_by_role("button", name="Add a passkey").click()
            page.get_by_text("Give it a name").first.wait_for()
            fair(page, "passkeys-wrong", width)
            page.get_by_label("Its name").fill("The laptop")
            page.get_by_role("button", name="Add a passkey").click()
            page.get_by_role("heading", name="The laptop").wait_for()
            fair(page, "passkeys", width)
            page.get_by_role("button", name="Sign out", exact=True).click()
            page.get_by_role("button", name="Sign in with a passkey").wait_for()
            fair(page, "passkeys-sign-in", width)
            page.get_by_role("button", name="Sign in with a passkey").click()
            page.wait_for_url("**/desk")
            home.later(minutes=6)
            page.goto(f"/desk/people/{ref}/data")
            fair(page, "passkeys-data", width)
            page.get_by_role("button", name="Use your passkey").click()
            page.get_by_role("heading", name="Give them a copy").wait_for()
            home.later(minutes=6)
            page.goto(PAGE)
            page.get_by_role("heading", name="Show that it is you").wait_for()
            fair(page, "passkeys-again", width)
            page.get_by_role("button", name="Use your passkey").click()
            page.get_by_role("button", name="Remove The laptop").click()
            page.get_by_text("The passkey is removed.").wait_for()
            page.get_by_role("button", name="Sign out", exact=True).click()
            page.get_by_role("button", name="Sign in with a passkey").click()
            page.get_by_text("That passkey was not taken").first.wait_for()
            fair(page, "passkeys-refused", width)


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_without_javascript_or_passkeys_the_password_is_the_way(
    app: Flask, home: Home, chromium: "Chromium"
) -> None:  # fmt: skip
    """Claim: no button that could not work is shown; the pages say why, and password and code open the desk."""
    email = hire(home, "practitioner")
    with by_name(app, home) as address:
        with chromium.person(address, javascript=False) as device:
            page = device.new_page()
            signed_in_at(page, email, "/desk/account")
            page.goto(PAGE)
            page.get_by_text("This browser cannot add one").wait_for()
            assert not page.get_by_role("button", name="Add a passkey").is_visible()
        with chromium.person(address) as device:
            device.add_init_script("delete window.PublicKeyCredential")
            page = device.new_page()
            page.goto("/desk/sign-in")
            page.get_by_text("This browser has no passkeys").wait_for()
            assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
            signed_in_at(page, email, PAGE)
            page.get_by_text("This browser cannot add one").wait_for()


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_the_policy_of_what_a_page_may_load_lets_the_script_work(
    app: Flask, home: Home, chromium: "Chromium"
) -> None:  # fmt: skip
    """Claim: with the policy in force, as it is for people, the button of the sign-in page asks the service and the
    browser; one that finds no passkey says so and stays."""
    with by_name(app, home) as address:
        device = chromium.browser.new_context(base_url=address)
        try:
            page, told = device.new_page(), list[str]()
            page.on("console", lambda one: told.append(one.text))
            with with_key(device, page) as devtools:
                devtools.send("WebAuthn.enable")
                page.goto("/desk/sign-in")
                with page.expect_response("**/desk/sign-in/passkey") as asked:
                    page.get_by_role("button", name="Sign in with a passkey").click()
                assert asked.value.status == 200
                page.get_by_text("did not finish").wait_for()
            assert [one for one in told if "Content Security Policy" in one or "Permissions" in one] == []
        finally:
            device.close()
