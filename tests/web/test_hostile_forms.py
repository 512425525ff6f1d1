"""Every form of the service, given what no form of ours would send: by each role, and by nobody.

The walk is over the URL map and over the names that each view asks its form for, so that a form that comes later is
walked too. Nothing here is random: the same values in the same order each time.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
import structlog
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from bot.casework.permissions import ROLES, may
from bot.web.desk.guard import ANYONE
from tests.houses import ON_SQLITE, Home
from tests.web.hostile import NUMBERS, PICTURE, REFS, TAG, VALUES, Asked, Listening, Written, encoded, watched
from tests.web.standing import a_case, a_silence
from tests.web.worker import PASSWORD, at_desk, fields

SHOWN = {"nobody": "sign-in"}
UNKNOWN = "2345678X"  # the shape of a reference, nobody's
LONGEST_QUERY = 60_000
FORM = "application/x-www-form-urlencoded"
# What a refusal may write: that it was refused, that they are there, that they look at the case they are shown, and
# of a page of results whose texting is refused what was sought (a need and a day, nobody's).
OF_A_REFUSAL = {"audit", "sign_in_attempt", "staff_session", "case_viewer", "search_log"}
# These end the session that walks, or take its cookies; test_desk_door.py and test_chat.py post to them.
ENDING = {"desk.sign_out", "desk.end_all", "chat.leave"}
# What a form of ours would hold, so that a view goes on to its next field.
PLAIN: dict[str, str] = {
    "words": "Hello.", "outcome": "no-reply", "form_id": "a" * 24, "on": "2026-11-24", "at": "14:30", "to": "1",
    "step": "triaged", "act": "correct", "text": "food bank", "phone": "07700900123", "says": "missed-danger",
}  # fmt: skip
Fields = dict[str, str | bytes | list[str | bytes]]


@dataclass
class Caller:
    role: str
    client: FlaskClient
    token: str

    @classmethod
    def of(cls, role: str, client: FlaskClient) -> "Caller":
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/desk/{SHOWN.get(role, 'account')}").text)
        assert found is not None
        return cls(role=role, client=client, token=found[1])


@dataclass
class Walk:
    app: Flask
    home: Home
    written: Written
    callers: dict[str, Caller]
    faults: list[str] = field(default_factory=list)
    sent: int = 0

    def post(
        self, who: Caller, address: str, body: Fields | bytes, *, told: str, kind: str = FORM, **headers: str
    ) -> TestResponse:
        self.written.tables.clear()
        data = body if isinstance(body, bytes) else encoded(body)
        answer = who.client.post(address, data=data, content_type=kind, headers=headers)
        self.judge(answer, f"{who.role} posts {told} to {address}")
        return answer

    def judge(self, answer: TestResponse, what: str) -> None:
        self.sent += 1
        if answer.status_code >= 500:
            self.faults.append(f"{what}: {answer.status_code}")
        if answer.mimetype == "text/html" and (TAG in answer.text or PICTURE in answer.text):
            self.faults.append(f"{what}: came back as markup")
        if any("zq9" in value and name == "Set-Cookie" for name, value in answer.headers):
            self.faults.append(f"{what}: made a header")
        if "elsewhere.example" in answer.headers.get("Location", ""):
            self.faults.append(f"{what}: leads elsewhere")
        changed = self.written.tables - OF_A_REFUSAL
        if answer.status_code >= 400 and changed:
            self.faults.append(f"{what}: {answer.status_code}, and wrote {sorted(changed)}")

    def forget_failed_tries(self) -> None:
        """So that the next form is asked too, and does not answer that there were too many."""
        with self.home.house.db.write() as tx:
            tx.execute(sa.text("DELETE FROM sign_in_attempt"))


@pytest.fixture
def walk(app: Flask, home: Home) -> Iterator[Walk]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    callers = {role: Caller.of(role, at_desk(app, home, role).client) for role in ROLES}
    callers["nobody"] = Caller.of("nobody", app.test_client())
    app.request_class = Listening
    with watched(home.house.db) as written:
        yield Walk(app=app, home=home, written=written, callers=callers)


def forms(app: Flask) -> list[Rule]:
    found = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())]
    return sorted((rule for rule in found if rule.endpoint not in ENDING), key=lambda rule: rule.rule)


def permitted(app: Flask, rule: Rule) -> list[str]:
    permission = getattr(app.view_functions[rule.endpoint], "permission", ANYONE)
    return ["nobody"] if permission == ANYONE else [role for role in ROLES if may(role, permission)]


def at(walk: Walk, rule: Rule, number: int) -> str:
    """The form's address, naming something that is there where we can make one: of no other form."""

    def one(found: re.Match[str]) -> str:
        variable = found[0]
        if variable == "<act>":
            return "take"
        if variable == "<token>":
            return "x" * 43
        if variable != "<ref>":
            return "1"
        if "/cases/" in rule.rule:
            return a_case(walk.home, f"Name {number}", sender=f"+4477009001{number:02d}")
        return a_silence(walk.home, f"Name {number}")[0] if "/people/" in rule.rule else UNKNOWN

    return re.sub(r"<[^>]*>", one, rule.rule)


def ready(walk: Walk, who: Caller, address: str) -> None:
    """Opens the door that stands before a form: the case is the caller's, the password was given again."""
    case, _, act = address.rpartition("/")
    who.client.get(case if "/cases/" in address else address)  # the first look at it is kept
    if "/cases/" in address and act not in {"claim", "accept"} and may(who.role, "cases.claim"):
        who.client.post(f"{case}/claim", data=shown(who, case, f"{case}/claim"))
    if case.endswith("/data") or "/data/" in address:
        page = address.partition("/data")[0] + "/data"
        if act != "confirm":
            given = {"csrf_token": who.token, "password": PASSWORD}
            assert who.client.post(f"{page}/confirm", data=given).status_code == 303


def shown(who: Caller, page: str, action: str) -> dict[str, str]:
    """What the form holds that a page shows: the version it was made of, the id of its own."""
    try:
        return fields(who.client.get(page).text, action)
    except AssertionError:  # the form stands on another page, or is not shown as things are
        return {"csrf_token": who.token}


@ON_SQLITE
def test_no_value_of_any_field_breaks_comes_back_as_markup_or_changes_what_it_refused(walk: Walk) -> None:
    """Claim: whatever is put into each field of each form, by somebody who may send it: never a fault of ours, nothing
    comes back as markup, no header is made, nobody is led elsewhere, and what was refused changed nothing."""
    names = 0
    for number, rule in enumerate(forms(walk.app)):
        address, may_send = at(walk, rule, number), permitted(walk.app, rule)
        who = walk.callers[may_send[number % len(may_send)]]
        ready(walk, who, address)
        asked: set[str] = set(PLAIN)
        for turn in (list(VALUES)[number % 5 :: 5], ["a list", "markup"]):  # what is asked shows what else is asked
            Asked.heard()
            for label in turn:
                held: Fields = dict.fromkeys(sorted(asked), VALUES[label])
                walk.post(who, address, {**held, "csrf_token": who.token}, told=f"{label} everywhere")
            asked = Asked.heard() - {"csrf_token"}
        walk.forget_failed_tries()
        names += len(asked)
        page = address.rpartition("/")[0] if "/cases/" in address else address
        for place, name in enumerate(sorted(asked)):
            plain = {**{key: PLAIN.get(key, "yes") for key in asked}, **shown(who, page, address)}
            for label in ("a NUL", "markup", *list(VALUES)[(number + place) % 11 :: 11]):
                walk.post(who, address, {**plain, name: VALUES[label]}, told=f"{label} as {name}")
            walk.post(who, address, {**plain, name: ["1", VALUES["markup"]]}, told=f"{name} twice")
        walk.forget_failed_tries()
    assert walk.faults == []
    assert (names > 100, walk.sent > 700) == (True, True)


@ON_SQLITE
def test_no_body_address_or_caller_gets_by_what_guards_a_form(walk: Walk) -> None:
    """Claim: without its token, from another site, as another kind of body, torn, too large, or by somebody without the
    permission, no form does anything; nor does an address that names nothing."""
    torn = b'--b\r\nContent-Disposition: form-data; name="a"; filename="\x00\r\n\r\nx'
    for number, rule in enumerate(forms(walk.app)):
        machine = rule.endpoint.split(".")[0] in {"sms", "api"}
        address, may_send = at(walk, rule, number), permitted(walk.app, rule)
        shut = [role for role in walk.callers if role not in may_send]
        for role in {may_send[0], *shut[number % 3 :: 3]}:  # test_desk_door.py has each role at each address
            who = walk.callers[role]
            allowed = role in may_send or may_send == ["nobody"]
            answer = walk.post(who, address, {"words": TAG}, told="no token")
            assert answer.status_code in ({401, 403} if machine else {403}), (role, address)
            if not allowed:
                answer = walk.post(who, address, {"csrf_token": who.token, "words": TAG}, told="without permission")
                assert answer.status_code == (401 if role == "nobody" else 403), (role, address)
        who = walk.callers[may_send[number % len(may_send)]]
        ready(walk, who, address)
        good: Fields = {"csrf_token": who.token, "words": TAG}
        away = walk.post(who, address, good, told="from elsewhere", **{"Sec-Fetch-Site": "cross-site"})
        assert away.status_code == 403, address
        for told, body, kind in (
            ("a torn body", torn, "multipart/form-data; boundary=b"),
            ("no boundary", torn, "multipart/form-data"),
            ("json", b'{"csrf_token": 1, "a": ' + b"[" * 5_000, "application/json"),
            ("bytes", bytes(range(256)) * 8, FORM),
            ("too much", b"words=" + b"x" * 2**20, FORM),
            ("too many", b"&".join(b"a%d=1" % n for n in range(5_000)), FORM),
        ):
            answer = walk.post(who, address, body, told=told, kind=kind)
            assert 400 <= answer.status_code < 500, (told, address, answer.status_code)
            held = {"X-CSRF-Token": who.token}
            walk.post(who, address, body, told=f"{told}, with its token", kind=kind, **held)
        for odd in (*NUMBERS, *REFS):
            if "<" in rule.rule:
                walk.post(who, re.sub(r"<[^>]*>", odd, rule.rule), good, told="nobody's address")
    assert walk.faults == []


@ON_SQLITE
def test_no_query_breaks_a_page(walk: Walk) -> None:
    """Claim: the same of what stands behind the question mark on every page, and of addresses that name nothing."""
    pages = [rule for rule in walk.app.url_map.iter_rules() if "GET" in (rule.methods or set())]
    pages = [rule for rule in pages if not rule.endpoint.startswith("health.")]  # 503 is what they are for
    for number, rule in enumerate(sorted(pages, key=lambda rule: rule.rule)):
        who = walk.callers[permitted(walk.app, rule)[0]]
        address = at(walk, rule, number)
        Asked.heard()
        who.client.get(address)
        asked = sorted(Asked.heard() | {"page"})
        for place, label in enumerate(list(VALUES)[number % 8 :: 8]):
            every: Fields = dict.fromkeys(asked, VALUES[label])
            one: Fields = {asked[place % len(asked)]: VALUES[label]}
            for query in (every, one):
                if len(encoded(query)) < LONGEST_QUERY:
                    walk.written.tables.clear()
                    answer = who.client.get(f"{address}?{encoded(query).decode()}")
                    walk.judge(answer, f"{who.role} asks {label} of {address}")
        for odd in (*NUMBERS, *REFS) if "<" in rule.rule else ():
            walk.written.tables.clear()
            walk.judge(who.client.get(re.sub(r"<[^>]*>", odd, rule.rule)), f"{odd} of {rule.rule}")
    assert walk.faults == []


@ON_SQLITE
def test_every_answer_says_what_it_is(walk: Walk) -> None:
    """Claim: each page's answer that has a body names its kind, and the characters of what is text."""
    for number, rule in enumerate(rule for rule in walk.app.url_map.iter_rules() if "GET" in (rule.methods or set())):
        answer = walk.callers[permitted(walk.app, rule)[0]].client.get(at(walk, rule, number % 90))
        if answer.data and answer.mimetype.startswith("text/"):
            assert answer.mimetype_params.get("charset", "").lower() == "utf-8", rule.rule
        assert not answer.data or answer.mimetype, rule.rule
