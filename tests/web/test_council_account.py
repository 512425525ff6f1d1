"""Signing in by the council's own account, against a real provider on loopback."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.app import build
from bot.casework import accounts, council_accounts
from bot.cli.doctor_outside import _sign_on
from bot.sign_on import Attested
from bot.sign_on_settings import SignOnSettings
from bot.store import identities
from bot.store import staff as rows
from tests.houses import ON_SQLITE, Home
from tests.people.test_erasing import HER, ref_of
from tests.provider_of_identities import Provider, overheard, provider
from tests.running import free_port
from tests.turn.families import enrol, four_weeks_ago, row
from tests.web.worker import Worker, fields, hire, sign_in

TENANT, OBJECT = "11111111-aaaa-4bbb-8ccc-222222222222", "33333333-dddd-4eee-8fff-444444444444"
KIM = {"tid": TENANT, "oid": OBJECT, "name": "Kim Lee", "groups": ["g-everyone", "g-managers"]}
ROLES = (("g-managers", "manager"), ("g-workers", "practitioner"))

pytestmark = [pytest.mark.net]


@pytest.fixture(scope="module")
def at_council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with provider(tmp_path_factory.mktemp("provider") / "log") as running:
        yield running


@dataclass
class Door:
    """The desk with the council's sign-in, and one browser."""

    app: Flask
    home: Home
    provider: Provider
    client: FlaskClient

    def begin(self, **asked: str) -> str:
        answer = self.client.get("/desk/sign-in/council", query_string=asked)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def back(self, address: str) -> TestResponse:
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}")

    def enter(self, sub: str = "kim", **asked: str) -> TestResponse:
        return self.back(self.provider.sign_in(self.begin(**asked), sub))

    def actions(self) -> list[str]:
        return [action for action, _, _ in self.home.audited()]


def settings_of(issuer: str) -> SignOnSettings:
    return SignOnSettings(issuer=issuer, client_id="desk", client_secret="a secret", roles=ROLES)  # type: ignore[arg-type]


def door_to(home: Home, at: Provider, issuer: str | None = None) -> Door:
    # the provider's tokens are of the real time, and so the desk's clock is set to it once
    home.clock.at = datetime.now(UTC)
    home.house = replace(
        home.house, settings=replace(home.house.settings, sign_on=settings_of(issuer or at.issuer))
    )  # fmt: skip
    app = build(home.house.settings, house=home.house)
    return Door(app=app, home=home, provider=at, client=app.test_client())


@pytest.fixture
def door(home: Home, at_council: Provider) -> Door:
    at_council.knows("kim", **KIM)
    return door_to(home, at_council)


def refused(answer: TestResponse, code: int, words: str) -> None:
    """A page of ours that says what happened and what to do, and no session."""
    assert answer.status_code == code, answer.text
    assert "You are not signed in" in answer.text
    assert words in answer.text.replace("&#39;", "'")
    assert "Sign in with your council account" in answer.text
    assert not any(c.startswith("desk=") and not c.startswith("desk=;") for c in answer.headers.getlist("Set-Cookie"))


def test_who_the_council_knows_comes_in_with_the_role_of_a_group(door: Door) -> None:
    """Claim: the code flow with PKCE, state and nonce; staff are added once, by tenant and object id, with the role of
    the first group that has one; the page they asked for opens, and the audit holds each step and no email."""
    begun = door.begin(next="/desk/ledger")
    asked = parse_qs(urlsplit(begun).query)
    assert (asked["response_type"], asked["code_challenge_method"]) == (["code"], ["S256"])
    assert all(len(asked[name][0]) >= 43 for name in ("code_challenge", "state", "nonce"))
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/desk/sign-in/back"]
    answer = door.back(door.provider.sign_in(begun, "kim"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/ledger")
    assert "Signed in as Kim Lee" in door.client.get("/desk/ledger").text
    again = door_to(door.home, door.provider)
    assert again.enter().status_code == 303
    with door.home.house.db.read() as tx:
        staff_id = identities.staff_of(tx, TENANT, OBJECT)
        assert staff_id is not None
        kim = rows.staff_by_id(tx, staff_id)
        assert (kim.role, kim.local, len(rows.every_staff(tx))) == ("manager", False, 1)
    assert [a for a in door.actions() if a in {"user.add", "sign-in"}] == ["user.add", "sign-in", "sign-in"]


@ON_SQLITE
def test_the_code_is_exchanged_with_the_verifier_of_its_challenge(home: Home, at_council: Provider) -> None:
    """Claim: what the token endpoint is sent is the code, the verifier whose SHA-256 was the challenge (RFC 7636, 4.6),
    and the secret by HTTP Basic alone; the secret and the verifier are in no address that a browser sees."""
    at_council.knows("kim", **KIM)
    with overheard(at_council) as (between, heard):
        door = door_to(home, between)
        begun = door.begin()
        back = between.sign_in(begun, "kim")
        assert door.back(back).status_code == 303
    ((authorization, body),) = [(auth, body) for path, auth, body in heard if path == "/oauth2/token"]
    sent = {name: values[0] for name, values in parse_qs(body).items()}
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    challenge = parse_qs(urlsplit(begun).query)["code_challenge"][0]
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
    assert sent["code"] == parse_qs(urlsplit(back).query)["code"][0]
    assert base64.b64decode(authorization.removeprefix("Basic ")).decode() == "desk:a secret"
    assert "client_secret" not in sent
    assert not any(secret in begun + back for secret in (sent["code_verifier"], "a+secret", "a%20secret"))


def test_an_email_proves_nobody(door: Door) -> None:
    """Claim: a person with the email of a local account is somebody else, and no password opens a council account."""
    email = hire(door.home, "administrator")
    door.provider.knows("kim", **KIM, email=email, preferred_username=email, upn=email)
    assert door.enter().status_code == 303
    with door.home.house.db.read() as tx:
        assert {one.role for one in rows.every_staff(tx)} == {"administrator", "manager"}
    # the last is what this service once measured its time by, written where anybody can read it
    for password in ("!", "", "a long enough password", "a password that nobody has"):
        _, answer = sign_in(door.app, f"{OBJECT}@{TENANT}", password)
        assert answer.status_code == 401


def test_a_name_and_a_role_are_as_the_council_says_today(door: Door) -> None:
    """Claim: the row follows the claims; a change of role is audited; without a role all sessions end."""
    assert door.enter().status_code == 303
    door.provider.knows("kim", **{**KIM, "name": "Kim Lee-Shah", "groups": ["g-workers"]})
    other = door_to(door.home, door.provider)
    assert other.enter().status_code == 303
    assert "Kim Lee-Shah" in other.client.get("/desk").text
    assert door.actions().count("user.role") == 1
    door.provider.knows("kim", **{**KIM, "groups": ["g-everyone"]})
    refused(door_to(door.home, door.provider).enter(), 403, "none of your groups has a role here")
    for browser in (door, other):
        assert browser.client.get("/desk").status_code == 303
    assert door.actions()[-1] == "sign-in.refused"


@ON_SQLITE
@pytest.mark.parametrize("groups", [[], None, "g-other", 7, ["g-other", 3]])
def test_without_a_role_there_is_a_clear_page_and_no_account(door: Door, groups: object) -> None:
    """Claim: whatever the claim holds, who has no role is told so, and nobody is added."""
    door.provider.knows("kim", **{**KIM, "groups": groups})
    refused(door.enter(), 403, "none of your groups has a role here")
    with door.home.house.db.read() as tx:
        assert rows.every_staff(tx) == []


@ON_SQLITE
def test_too_many_groups_are_told_apart(door: Door) -> None:
    """Claim: where the provider leaves the groups out because they are many, the page says what helps."""
    claims = {key: value for key, value in KIM.items() if key != "groups"}
    door.provider.knows("kim", **claims, _claim_names={"groups": "src1"})
    refused(door.enter(), 403, "too many groups")


@ON_SQLITE
def test_a_tampered_state_is_a_clear_page(door: Door) -> None:
    """Claim: another state, none, or another browser's: refused before anything is asked of the provider."""
    good = door.provider.sign_in(door.begin(), "kim")
    query = {name: values[0] for name, values in parse_qs(urlsplit(good).query).items()}
    stranger = door.app.test_client()
    refused(stranger.get(f"/desk/sign-in/back?{urlencode(query)}"), 400, "did not begin in this browser")
    for state in ("", query["state"][:-1], query["state"] + "x", "£"):
        door.begin()
        refused(
            door.client.get("/desk/sign-in/back", query_string={**query, "state": state}), 400,
            "did not begin in this browser",
        )  # fmt: skip
    door.client.set_cookie("sign-on", "eyJzdGF0ZSI6IngifQ.forged")
    refused(door.client.get("/desk/sign-in/back?state=x&code=y"), 400, "did not begin in this browser")


def test_a_sign_in_comes_back_once(door: Door) -> None:
    """Claim: the address and the cookie of a sign-in that came back open nothing again, on either database."""
    begun = door.begin()
    cookie = door.client.get_cookie("sign-on")
    assert cookie is not None
    back = door.provider.sign_in(begun, "kim")
    assert door.back(back).status_code == 303
    thief = replace(door, client=door.app.test_client())
    thief.client.set_cookie("sign-on", cookie.value)
    refused(thief.back(back), 400, "used before")


@ON_SQLITE
def test_a_replayed_code_is_refused(door: Door) -> None:
    """Claim: a code that was used, brought to a sign-in of this browser's own, is refused by the provider, and told."""
    used = door.provider.sign_in(door.begin(), "kim")
    assert door.back(used).status_code == 303
    code = parse_qs(urlsplit(used).query)["code"][0]
    door = replace(door, client=door.app.test_client())
    state = parse_qs(urlsplit(door.begin()).query)["state"][0]
    refused(door.client.get("/desk/sign-in/back", query_string={"state": state, "code": code}), 400, "begin again")


@ON_SQLITE
@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"nonce": "another"}, "could not be believed"),
        ({"iss": "https://elsewhere.example"}, "could not be believed"),
        ({"aud": "another application"}, "could not be believed"),
        ({"aud": ["desk", "another"]}, "could not be believed"),
        ({"exp": 1_600_000_000}, "had expired"),
        ({"exp": "soon"}, "could not be believed"),
        ({"iat": 4_000_000_000}, "could not be believed"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "could not be believed"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_a_clear_page(
    door: Door, claims: dict[str, object], words: str
) -> None:
    """Claim: really signed by the provider, with another nonce, issuer or audience, or out of its time: refused."""
    door.provider.knows("kim", **KIM, **claims)
    refused(door.enter(), 400, words)
    assert "sign-in" not in door.actions()


@ON_SQLITE
def test_a_nonce_changed_on_the_way_is_refused(door: Door) -> None:
    """Claim: a sign-in whose nonce was changed between us and the provider proves nobody."""
    parts = urlsplit(door.begin())
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    changed = parts._replace(query=urlencode({**query, "nonce": "another"})).geturl()
    refused(door.back(door.provider.sign_in(changed, "kim")), 400, "could not be believed")


@ON_SQLITE
def test_saying_no_at_the_provider_or_coming_late_is_a_clear_page(door: Door) -> None:
    """Claim: a refusal at the provider, and a sign-in that took longer than ten minutes, lead to a page of ours."""
    refused(door.back(door.provider.deny(door.begin())), 400, "did not sign you in")
    late = door.provider.sign_in(door.begin(), "kim")
    door.home.later(minutes=11)
    refused(door.back(late), 400, "took too long")


@ON_SQLITE
def test_a_provider_that_is_down_is_a_clear_page(home: Home, tmp_path: Path) -> None:
    """Claim: down before or in the middle of a sign-in, or another than was set up: a page, and local accounts stay."""
    with provider(tmp_path / "log") as running:
        running.knows("kim", **KIM)
        door = door_to(home, running)
        back = running.sign_in(door.begin(), "kim")
        other = door_to(home, running, f"{running.issuer}/other")
        refused(other.client.get("/desk/sign-in/council"), 503, "does not answer")
        named = door_to(home, running, running.issuer.replace("127.0.0.1", "localhost") + "/")
        refused(named.client.get("/desk/sign-in/council"), 503, "not the one that was set up")
    refused(door.back(back), 503, "does not answer")
    refused(door_to(home, running).client.get("/desk/sign-in/council"), 503, "does not answer")
    _, answer = sign_in(door.app, hire(home, "administrator"))
    assert answer.status_code == 303


def test_a_session_ends_as_a_local_accounts_does(door: Door) -> None:
    """Claim: after half an hour of nothing, and after twelve hours in any case; and all of a person's at once."""
    assert door.enter().status_code == 303
    door.home.later(minutes=29)
    assert door.client.get("/desk").status_code == 200
    door.home.later(minutes=31)
    assert door.client.get("/desk").status_code == 303
    signed_in = council_accounts.admit(
        door.home.house, settings_of(door.provider.issuer),
        Attested(tenant=TENANT, subject=OBJECT, name="Kim Lee", groups=("g-managers",)),
    )  # fmt: skip
    for _ in range(25):
        assert accounts.who_is(door.home.house, signed_in.token) is not None
        door.home.later(minutes=29)
    assert accounts.who_is(door.home.house, signed_in.token) is None


def test_all_of_a_persons_sessions_end_at_once(door: Door) -> None:
    """Claim: two browsers, one button: neither is signed in, and the audit says how many ended."""
    assert door.enter().status_code == 303
    home = replace(door, client=door.app.test_client())
    assert home.enter().status_code == 303
    answer = Worker(client=door.client, name="Kim Lee").post("/desk/account", "/desk/account/end-all")
    assert answer.status_code == 303
    assert [one.client.get("/desk").status_code for one in (door, home)] == [303, 303]
    assert door.home.audited()[-1][0::2] == ("session.end-all", "2")


@ON_SQLITE
def test_signing_out_here_says_how_to_sign_out_there(door: Door) -> None:
    """Claim: the desk's session ends; the page links to the provider's own end, which leads back to us."""
    door.enter()
    form = fields(door.client.get("/desk").text, "/desk/sign-out")
    answer = door.client.post("/desk/sign-out", data=form, follow_redirects=True)
    assert f"{door.provider.issuer}/oauth2/end_session?client_id=desk" in answer.text
    assert "post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fdesk%2Fsign-in" in answer.text
    assert door.client.get("/desk").status_code == 303


@ON_SQLITE
def test_what_asks_for_the_password_asks_the_provider_anew(door: Door) -> None:
    """Claim: export and erasure open for minutes to whoever proves anew, after being asked, who they are; not to
    another person, not for a sign-in of before, and never by a password."""
    enrol(door.home, row("P1", HER, four_weeks_ago(door.home)))
    page = f"/desk/people/{ref_of(door.home, 'P1')}/data"
    assert door.enter().status_code == 303
    asks = door.client.get(page).text
    assert "Sign in again with your council account" in asks
    assert 'name="password"' not in asks
    begun = door.begin(again="1", next=page)
    asked = parse_qs(urlsplit(begun).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    door.provider.knows("kim", **KIM, auth_time=int(door.home.clock.at.timestamp()) - 3600)
    refused(door.back(door.provider.sign_in(begun, "kim")), 400, "did not say that you signed in anew")
    door.provider.knows("kim", **KIM, auth_time=None)
    refused(door.enter(again="1", next=page), 400, "did not say that you signed in anew")
    door.provider.knows("ann", **{**KIM, "oid": "another"})
    refused(door.enter("ann", again="1", next=page), 400, "somebody else than who sits here")
    assert "Give them a copy" not in door.client.get(page).text
    door.provider.knows("kim", **KIM)
    answer = door.enter(again="1", next=page)
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert "Give them a copy" in door.client.get(page).text
    door.home.later(minutes=6)
    assert "Give them a copy" not in door.client.get(page).text


@ON_SQLITE
def test_doctor_looks_for_the_provider(door: Door) -> None:
    """Claim: found, it is ok; away, it says which setting and what to look at."""
    assert _sign_on(door.home.house).ok
    settings = replace(door.home.house.settings, sign_on=settings_of(f"http://127.0.0.1:{free_port()}"))
    check = _sign_on(replace(door.home.house, settings=settings))
    assert not check.ok
    assert "OIDC_ISSUER" in check.what_to_do


@ON_SQLITE
def test_without_the_settings_there_is_no_such_page(app: Flask) -> None:
    """Claim: no button, no addresses."""
    client = app.test_client()
    assert "council account" not in client.get("/desk/sign-in").text
    for address in ("/desk/sign-in/council", "/desk/sign-in/back"):
        assert client.get(address).status_code == 404


def test_two_browsers_at_once_make_one_account(home: Home) -> None:
    """Claim: of two first sign-ins at the same moment one adds the person, and both come in."""
    who = Attested(tenant=TENANT, subject=OBJECT, name="Kim Lee", groups=("g-managers",))
    db, now = home.house.db, home.clock.at
    with db.write() as tx:
        made = identities.add_person(tx, tenant=TENANT, subject=OBJECT, name="Kim Lee", role="manager", now=now)
        assert identities.add_person(tx, tenant=TENANT, subject=OBJECT, name="K", role="manager", now=now) is None
    signed_in = council_accounts.admit(home.house, settings_of("https://id.example"), who)
    assert signed_in.staff.id == made
    home.later(seconds=timedelta(seconds=1).total_seconds())
    with db.write() as tx:
        assert identities.take_return(tx, "digest", home.clock.at, older_than=now)
        assert not identities.take_return(tx, "digest", home.clock.at, older_than=now)
