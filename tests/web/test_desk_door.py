"""The desk's door: signing in, and what each address refuses to whom."""

import re
from urllib.parse import quote

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import Rule

from bot.app import build
from bot.casework.permissions import ROLES, may
from bot.publishing import directory
from bot.refs import new_ref, ref_of
from bot.store import people
from bot.store import staff as staff_rows
from bot.store.database import Database
from bot.web.desk import guard
from bot.web.desk.guard import ANYONE, own_path
from bot.web.here import HOUSE
from tests.houses import KEYS, ON_SQLITE, Home, settings_for
from tests.web.test_desk_enrol import send as send_sheet
from tests.web.test_desk_enrol import sheet
from tests.web.test_desk_log import ADVICE, contacts
from tests.web.test_desk_log import keep as keep_contact
from tests.web.worker import NAMES, PASSWORD, Worker, at_desk, fields, hire, sign_in

SIGNING_IN = {f"/desk/sign-in{way}" for way in ("", "/council", "/back", "/code", "/passkey")}
# 401 for what is not theirs, and the form again
PROVING = {"/desk/account/again", "/desk/account/again/passkey", "/desk/account/password"}
SIGNING_OUT = {"/desk/sign-out", "/desk/account/end-all"}
POLLED = {"/desk/count"}  # numbers only, asked by pages themselves
UNKNOWN = "2345678X"  # the shape of a reference, nobody's


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Every method and address of the desk, its variables filled, with the permission its view names."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/desk"):
            continue
        permission = app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]
        found += [
            (method, _filled(rule), permission) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]
    return found


def _filled(rule: Rule) -> str:
    return re.sub(r"<int:[^>]+>", "1", re.sub(r"<ref>", UNKNOWN, rule.rule))


def test_signed_out_every_address_refuses(app: Flask) -> None:
    """Claim: signed out, each page leads to the sign-in page and each change is refused; nothing else is told."""
    client = app.test_client()
    form = fields(client.get("/desk/sign-in").text, "/desk/sign-in")
    walked = addresses(app)
    assert len(walked) > 15
    for method, address, permission in walked:
        if permission == ANYONE:
            assert address in SIGNING_IN
            continue
        answer = client.open(address, method=method, data=form if method == "POST" else None)
        if method == "GET":
            assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/desk/sign-in"), address
        else:
            assert answer.status_code == 401, address
        assert client.open(address, method="OPTIONS").status_code in {303, 401}


def test_each_role_opens_what_it_may_and_nothing_else(app: Flask, home: Home) -> None:
    """Claim: over the whole URL map, a role without the permission that an address names is refused, others are not."""
    for role in ROLES:
        worker = at_desk(app, home, role)
        form = {"csrf_token": _token(worker)}
        for method, address, permission in addresses(app):
            if permission == ANYONE or address in SIGNING_OUT:
                continue
            answer = worker.client.open(address, method=method, data=form if method == "POST" else None)
            if may(role, permission):  # type: ignore[arg-type]  # the views' own names
                asked_again = method == "POST" and address in PROVING and "Signed in as" in answer.text
                assert answer.status_code not in {401, 403, 500} or asked_again, (role, address)
            else:
                assert answer.status_code == 403, (role, address)
                assert "Your role does not open this page." in answer.text


def _token(worker: Worker) -> str:
    found = re.search(
        r'name="csrf_token" value="([^"]+)"', worker.get("/desk/no-such-thing").text + worker.get("/desk").text
    )
    assert found is not None
    return found[1]


@ON_SQLITE
def test_the_menu_holds_only_what_opens(app: Flask, home: Home) -> None:
    """Claim: signing in leads each role to a page that it may open, and its menu to no other."""
    for role in ROLES:
        client, answer = sign_in(app, hire(home, role))
        landed = client.get(answer.headers["Location"])
        assert landed.status_code == 200, (role, answer.headers["Location"])
        for link in re.findall(r'class="govuk-service-navigation__link" href="([^"]+)"', landed.text):
            assert client.get(link).status_code == 200, (role, link)


@ON_SQLITE
def test_an_address_without_a_permission_cannot_be_built(home: Home) -> None:
    """Claim: a desk view that names no permission stops the app from being built; slipped in later, it answers 500."""
    pages = Blueprint(guard.pages.name, __name__, url_prefix="/desk")
    pages.add_url_rule("/open", "open", lambda: "open to all")
    pages.record(guard.every_view_is_named)
    with pytest.raises(RuntimeError, match=r"desk\.open names no permission"):
        Flask("bot.web").register_blueprint(pages)
    app = build(home.house.settings, house=home.house)
    app.add_url_rule("/desk/open", "desk.open", lambda: "open to all")
    answer = app.test_client().get("/desk/open")
    assert answer.status_code == 500
    assert "open to all" not in answer.text


def test_the_right_password_opens_the_desk_and_signing_out_ends_it(app: Flask, home: Home) -> None:
    """Claim: the cookie is HttpOnly, Lax and ends with the browser; after signing out its token opens nothing."""
    client, answer = sign_in(app, hire(home, "practitioner"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("desk="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie
    page = client.get("/desk")
    assert "Signed in as Sam Okoro" in page.text
    stolen = cookie.split(";")[0].partition("=")[2]
    out = client.post("/desk/sign-out", data=fields(page.text, "/desk/sign-out"))
    assert out.status_code == 303
    thief = app.test_client()
    thief.set_cookie("desk", stolen)
    assert thief.get("/desk").status_code == 303
    assert [action for action, _, _ in home.audited()][-3:] == ["sign-in", "inbox.view", "sign-out"]


@ON_SQLITE
def test_over_https_the_cookie_is_bound_to_the_host(home: Home) -> None:
    """Claim: served over https, the cookie is `__Host-desk`, Secure and Path=/."""
    settings = settings_for(home.house.settings.database_url, public_url="https://text.example.gov.uk")
    app = build(settings, house=home.house)
    home.house = app.extensions[HOUSE] = type(home.house)(
        **{name: getattr(home.house, name) for name in home.house.__slots__ if name != "settings"}, settings=settings
    )
    email = hire(home, "practitioner")
    client = app.test_client()
    base = "https://text.example.gov.uk"
    form = fields(client.get("/desk/sign-in", base_url=base).text, "/desk/sign-in")
    data = {**form, "email": email, "password": PASSWORD}
    answer = client.post("/desk/sign-in", data=data, base_url=base)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-desk="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert client.get("/desk", base_url=base).status_code == 200


@ON_SQLITE
def test_a_wrong_password_tells_nothing_of_accounts(app: Flask, home: Home) -> None:
    """Claim: a wrong password and an unknown email get the same answer, 401, and are kept in the audit."""
    email = hire(home, "practitioner")
    _, wrong = sign_in(app, email, "not the password")
    _, unknown = sign_in(app, "nobody@council.example", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    told = "The email or the password is not right."
    assert told in wrong.text
    assert told in unknown.text
    assert "<title>Error: " in wrong.text or "error-summary" in wrong.text
    assert [action for action, _, _ in home.audited()][-2:] == ["sign-in.refused", "sign-in.refused"]


@ON_SQLITE
def test_too_many_tries_close_the_door_for_a_while(app: Flask, home: Home) -> None:
    """Claim: after eight wrong tries even the right password waits a quarter of an hour, and then works."""
    email = hire(home, "practitioner")
    for _ in range(8):
        assert sign_in(app, email, "not the password")[1].status_code == 401
    _, answer = sign_in(app, email)
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text
    home.later(minutes=16)
    assert sign_in(app, email)[1].status_code == 303


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/desk/cases/2345678X", "/desk/cases/2345678X"),
        ("/desk?show=mine&page=2", "/desk?show=mine&page=2"),
        ("/desk", "/desk"),
        ("https://elsewhere.example/desk", None),
        ("//elsewhere.example/desk", None),
        ("/desk/../admin", None),
        ("/desk//elsewhere.example", None),
        ("/desk\\@elsewhere.example", None),
        ("/\\elsewhere.example/desk", None),
        ("/desk/\tx", None),
        ("/desk/sign-out", None),
        ("/desk/sign-in", None),
        ("/deskpot", None),
        ("javascript:alert(1)", None),
        ("/desk/" + "x" * 600, None),
        ("", None),
        (None, None),
    ],
)
def test_only_the_desk_s_own_addresses_are_gone_on_to(given: str | None, kept: str | None) -> None:
    """Claim: `next` leads nowhere but to a page of the desk."""
    assert own_path(given) == kept


@ON_SQLITE
def test_signing_in_goes_on_to_the_page_that_was_asked_for(app: Flask, home: Home) -> None:
    """Claim: a link from an email survives signing in; one to elsewhere does not."""
    email = hire(home, "practitioner")
    client = app.test_client()
    asked = client.get(f"/desk/cases/{UNKNOWN}?done=x").headers["Location"]
    form = fields(client.get(asked).text, "/desk/sign-in")
    assert form["next"] == f"/desk/cases/{UNKNOWN}?done=x"
    answer = client.post("/desk/sign-in", data={**form, "email": email, "password": PASSWORD})
    assert answer.headers["Location"] == form["next"]
    _, elsewhere = sign_in(app, email, next="https://elsewhere.example/")
    assert elsewhere.headers["Location"] == "/desk"


def test_a_poll_keeps_no_session_awake(app: Flask, home: Home) -> None:
    """Claim: half an hour with nothing but polls signs a worker out; a page within it does not."""
    worker = at_desk(app, home)
    for _ in range(5):
        home.later(minutes=10)
        assert worker.get("/desk").status_code == 200
    for _ in range(3):
        home.later(minutes=9)
        assert worker.get("/desk/count").status_code == 200
    home.later(minutes=4)
    assert worker.get("/desk/count").status_code == 303
    assert worker.get("/desk").status_code == 303


@ON_SQLITE
def test_words_sent_after_the_session_ended_are_given_back(app: Flask, home: Home) -> None:
    """Claim: a reply posted signed out is refused with its words on the page, as text, to be copied."""
    worker = at_desk(app, home)
    token = _token(worker)
    home.later(hours=1)
    sent = {"csrf_token": token, "words": "Hello <script>alert(1)</script>"}
    answer = worker.client.post(f"/desk/cases/{UNKNOWN}/reply", data=sent)
    assert answer.status_code == 401
    assert "Hello &lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<script>alert" not in answer.text


@ON_SQLITE
def test_a_page_sent_from_another_site_is_refused_and_not_shown(app: Flask, home: Home) -> None:
    """Claim: a post without the form token, or from another site, changes nothing."""
    worker = at_desk(app, home)
    assert worker.client.post("/desk/sign-out").status_code == 403
    data = {"csrf_token": _token(worker), "words": "planted"}
    answer = worker.client.post(f"/desk/cases/{UNKNOWN}/reply", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "planted" not in answer.text
    assert worker.get("/desk").status_code == 200


@ON_SQLITE
def test_a_closed_account_is_out_at_once(app: Flask, home: Home) -> None:
    """Claim: disabling an account ends its open session."""
    worker = at_desk(app, home)
    with home.house.db.write() as tx:
        found = staff_rows.find_staff(tx, "sam.okoro@council.example")
        assert found is not None
        staff_rows.change_staff(tx, found.id, disabled_at=home.clock.at)
    assert worker.get("/desk").status_code == 303


@ON_SQLITE
def test_the_token_itself_is_not_in_the_database(app: Flask, home: Home) -> None:
    """Claim: what a session is found by is a digest: a copy of the database opens no session."""
    client, answer = sign_in(app, hire(home, "practitioner"))
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("desk="))
    token = cookie.split(";")[0].partition("=")[2]
    assert client.get("/desk").status_code == 200
    database = Database(home.house.settings.database_url, KEYS)
    with database.read() as tx:
        assert staff_rows.find_session(tx, token) is None
    database.close()
    assert set(NAMES) == set(ROLES)


@ON_SQLITE
def test_each_page_of_the_desk_is_audited(app: Flask, home: Home) -> None:
    """Claim: whatever page of the desk is opened, by whoever may, a row of the audit says who opened what."""
    home.text("he has a knife hes outside")
    with home.house.db.write() as tx:
        person_ref = new_ref()
        people.add_person(tx, ref=person_ref, now=home.clock.now(), first_name="Ada")
    refs = {
        "/desk/cases/": home.cases()[0].ref,
        "/desk/people/": person_ref,
        "/desk/conversations/": ref_of(home.address().id),
    }
    service = directory.services(home.house)[0]
    refs |= {f"/desk/directory/{page}": f"?id={quote(service.id)}" for page in ("entry", "edit")}
    refs["/desk/directory/organisations"] = ""  # before the one of which its address is longer
    refs["/desk/directory/organisation"] = f"?id={quote(service.organisation.id)}"
    workers = {role: at_desk(app, home, role) for role in ROLES}
    refs["/desk/log/new"] = ""  # before a contact of the log
    assert keep_contact(workers["manager"], **ADVICE) == 303
    refs["/desk/log/"] = contacts(home)[0]
    sent = send_sheet(workers["manager"], sheet(home, 1))
    refs["/desk/enrol/sheets/"] = sent.headers["Location"].rpartition("/")[2]
    seen = 0
    for method, address, permission in addresses(app):
        if method != "GET" or permission in {ANYONE, "own.session"} or address in POLLED:
            continue
        page = next(
            (start + ref + address.partition(UNKNOWN)[2] for start, ref in refs.items() if address.startswith(start)),
            address,
        )
        for role, worker in workers.items():
            if not may(role, permission):  # type: ignore[arg-type]
                continue
            before = len(home.audited())
            assert worker.client.get(page).status_code == 200, page
            assert len(home.audited()) > before, f"{page} by {role} left no trace"
            seen += 1
    assert seen >= 12


@ON_SQLITE
def test_signing_in_is_no_hindrance_to_a_password_manager(app: Flask) -> None:
    """Claim: the fields are named as browsers know them, the password is covered, and no question stands in for it."""
    page = app.test_client().get("/desk/sign-in").text
    password = re.search(r'<input[^>]*name="password"[^>]*>', page, re.DOTALL)
    assert password is not None
    assert 'type="password"' in password[0]
    assert 'autocomplete="current-password"' in password[0]
    assert 'autocomplete="username"' in page
    assert not re.search(r'autocomplete="off"|onpaste|maiden|hint', page)
