"""A case system enrols families by JSON: the whole path, on both databases."""

import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bot.clock import local_date
from bot.people import uploads as kept
from bot.settings import Settings, SettingsFault
from bot.store import keeping, people, staff
from tests.houses import Home, settings_for

TOKEN, OTHER = "t" * 40, "o" * 40
TOKENS = (("mosaic", TOKEN), ("school", OTHER))


@pytest.fixture
def home(home: Home, furnished_url: str) -> Home:
    """With two case systems that may post."""
    home.house = replace(home.house, settings=settings_for(furnished_url, api_tokens=TOKENS))
    return home


def row(home: Home, number: int = 1, **more: object) -> dict[str, object]:
    on = local_date(home.clock.now()).isoformat()
    return {
        "reference": f"A-{number}", "first_name": "Ana", "mobile": f"0770090{number:04}", "event_on": on,
        "programme": "after-early-help", "told_on": on, "told_by": "Sam", "safe_to_text": "yes", **more,
    }  # fmt: skip


def post(app: Flask, body: object, *, token: str = TOKEN, key: str | None = None, **headers: str) -> TestResponse:
    given = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {}), **headers}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return app.test_client().post("/api/enrolments", data=data, headers=given, content_type="application/json")


def told(answer: TestResponse) -> dict[str, Any]:
    found = answer.get_json(force=True)
    assert isinstance(found, dict)
    return found


def test_one_object_and_a_list_are_answered_a_row_each(app: Flask, home: Home) -> None:
    """Added, unchanged, changed and refused, each with the reason and the field's name; the audit names the token."""
    one = told(post(app, row(home)))
    assert (one["added"], one["rows"][0]["outcome"]) == (1, "added")
    bad = {**row(home, 3), "told_on": "", "mobile": "12", "safe_to_text": None}
    several = told(post(app, [row(home), row(home, 1, first_name="Bea", reference="A-1b"), row(home, 2), bad]))
    assert [r["outcome"] for r in several["rows"]] == ["unchanged", "added", "added", "refused"]
    assert several["rows"][3]["fields"] == ["told_on", "safe_to_text", "mobile"]
    assert "nobody is enrolled before they are told" in several["rows"][3]["reasons"][0]
    changed = told(post(app, row(home, 2, postcode="SW18 2PU")))
    assert changed["changed"] == 1
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "A-2")
        assert person is not None
        assert changed["rows"][0]["person"] == person.ref
        assert len(keeping.enrolments_of(tx, [person.id])) == 1
        audits = [found.detail for found in staff.audit_rows(tx) if found.action == "people.enrol"]
    assert len(audits) == 3
    assert all(detail.startswith("the case system mosaic") for detail in audits)


@pytest.mark.parametrize("header", ["", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer caf\xe9"])
def test_without_a_token_nothing_is_read(app: Flask, home: Home, header: str) -> None:
    """401 as problem details, and nobody is enrolled."""
    answer = app.test_client().post("/api/enrolments", json=row(home), headers={"Authorization": header})
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    with home.house.db.read() as tx:
        assert not keeping.any_enrolment(tx)


def test_the_same_key_is_answered_the_same(app: Flask, home: Home) -> None:
    """The same body again: the same answer, nothing done twice. Another body: 409. Another caller's key is its own."""
    first = post(app, [row(home, n) for n in range(40)], key="k1")
    assert told(first)["added"] == 40
    again = post(app, [row(home, n) for n in range(40)], key="k1")
    assert (again.status_code, again.data) == (200, first.data)
    other = post(app, row(home, 99), key="k1")
    assert (other.status_code, told(other)["fields"]) == (409, ["Idempotency-Key"])
    assert told(post(app, row(home, 99), key="k1", token=OTHER))["added"] == 1


def test_a_key_is_kept_thirty_days(app: Flask, home: Home) -> None:
    """On the thirtieth day the answer still stands; after it the rows are looked at anew."""
    body = row(home)
    assert told(post(app, body, key="k"))["added"] == 1
    home.later(days=29, hours=23)
    kept.work(home.house, home.clock.now())
    assert told(post(app, body, key="k"))["added"] == 1
    home.later(hours=2)
    kept.work(home.house, home.clock.now())
    assert told(post(app, body, key="k"))["unchanged"] == 1


def test_two_posts_at_once_with_one_key_are_one(app: Flask, home: Home) -> None:
    """Both get the same answer, every row is taken once, and the audit counts one import's rows."""
    body = [row(home, n) for n in range(120)]
    answers: list[TestResponse] = []
    start = threading.Barrier(2)

    def send() -> None:
        start.wait()
        answers.append(post(app, body, key="both"))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].data == answers[1].data
    assert told(answers[0])["added"] == 120


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{", 400, "not JSON"),
        (b"[]", 400, "empty"),
        (b'{"mobile": "1", "mobile": "2"}', 400, "there twice"),
        (b"[" * 100_000, 400, "JSON"),
        (b"\xff\xfe", 400, "JSON"),
        (json.dumps([{}] * 1001).encode(), 413, "at most 1000"),
        (b" " * (1024 * 1024 + 1), 413, "At most 1024 KB"),
    ],
)
def test_what_is_no_list_of_rows_is_refused_whole(app: Flask, body: bytes, status: int, says: str) -> None:
    """400 or 413 with what to change."""
    answer = post(app, body)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert says in told(answer)["detail"]


def test_a_row_of_the_wrong_shape_is_refused_beside_good_ones(app: Flask, home: Home) -> None:
    """Numbers, lists, unknown columns and rows that are no object: each with its field; the good row is taken."""
    rows = [row(home), 7, {**row(home, 2), "mobile": 7700900002}, {**row(home, 3), "shoe_size": "4"},
            {**row(home, 4), "safe_to_text": True}]  # fmt: skip
    found = told(post(app, rows))
    assert [r["outcome"] for r in found["rows"]] == ["added", "refused", "refused", "refused", "added"]
    assert found["rows"][2]["fields"] == ["mobile"]
    assert "shoe_size" in found["rows"][3]["reasons"][0]


@pytest.mark.parametrize("key", [None, "k"])
def test_half_a_character_is_refused_like_any_fault(app: Flask, home: Home, key: str | None) -> None:
    """A lone surrogate, which JSON can write and no text has, in a cell, a reference or a column's name: that row is
    refused by its column and told back as it came, and the row beside it is taken."""
    rows = [row(home), {**row(home, 2), "first_name": "\ud800"}, {**row(home, 3), "reference": "B\udfff"},
            {**row(home, 4), "\ud800": "4"}]  # fmt: skip
    answer = post(app, rows, key=key)
    assert answer.status_code == 200
    found = told(answer)
    assert [r["outcome"] for r in found["rows"]] == ["added", "refused", "refused", "refused"]
    assert [r["fields"] for r in found["rows"][1:]] == [["first_name"], ["reference"], []]
    assert found["rows"][2]["reference"] == "B\udfff"
    assert post(app, rows, key=key).status_code == 200


def test_a_token_that_posts_without_end_waits(app: Flask, home: Home) -> None:
    """After sixty posts in a minute 429 says how long; a minute later it is open again; another token never waited."""
    for _ in range(60):
        assert post(app, row(home)).status_code == 200
    full = post(app, row(home))
    assert (full.status_code, full.headers["Retry-After"]) == (429, "60")
    assert post(app, row(home), token=OTHER).status_code == 200
    home.later(seconds=61)
    assert post(app, row(home)).status_code == 200


def test_only_json_and_only_a_readable_key(app: Flask, home: Home) -> None:
    form = app.test_client().post("/api/enrolments", data={"a": "b"}, headers={"Authorization": f"Bearer {TOKEN}"})
    assert form.status_code == 415
    assert post(app, row(home), key="x" * 201).status_code == 400


GOOD = {"SECRET_KEY": "s" * 40}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mosaic", "the 1. is not written name:token"),
        ("Mosaic:" + TOKEN, "the 1. is not written name:token"),
        ("mosaic:short", "the token of mosaic needs 32"),
        (f"mosaic:{TOKEN} x", "the token of mosaic needs 32"),
        (f"mosaic:{TOKEN},mosaic:{OTHER}", "mosaic is there twice"),
        (f"mosaic:{TOKEN},school:{TOKEN}", "school has the token of another"),
    ],
)
def test_badly_formed_tokens_are_refused_by_name(text: str, says: str) -> None:
    """The fault names API_TOKENS and the token's name, and never tells a token back."""
    with pytest.raises(SettingsFault) as fault:
        Settings.from_env({**GOOD, "API_TOKENS": text})
    faults = [line for line in fault.value.faults if line.startswith("API_TOKENS")]
    assert len(faults) == 1
    assert says in faults[0]
    assert TOKEN not in faults[0]
