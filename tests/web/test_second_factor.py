"""The second factor of local accounts: what a code is, that each serves once, and who may do without."""

import threading
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from bot.app import build
from bot.casework import accounts, second_factor
from bot.store import codes
from tests.houses import AT, ON_SQLITE, Home
from tests.web.worker import at_desk, fields, hire, sign_in

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 6238's own


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """Claim: RFC 6238, appendix B, the last six of its eight digits, for SHA-1."""
    assert second_factor.code_at(RFC_SECRET, seconds // second_factor.STEP_SECONDS) == code


@given(st.integers(-3, 3), st.integers(0, 29))
def test_a_code_is_taken_a_step_early_or_late_and_no_more(drift: int, into: int) -> None:
    """Claim: thirty seconds either way for clocks that differ; a code of two steps ago is not."""
    now = AT.replace(second=into)
    step = int(now.timestamp()) // 30 + drift
    found = second_factor.step_of(RFC_SECRET, second_factor.code_at(RFC_SECRET, step), now)
    assert found == (step if abs(drift) <= 1 else None)


def test_the_address_in_the_picture_names_service_and_person() -> None:
    """Claim: an authenticator app shows whose code it is; nothing of a name breaks the address."""
    address = second_factor.address_of("ABC", issuer="Larkline & Co", email="sam+x@council.example")
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path == "/Larkline%20%26%20Co:sam%2Bx@council.example"
    assert parse_qs(parts.query) == {"secret": ["ABC"], "issuer": ["Larkline & Co"]}


def secret_of(home: Home, email: str) -> tuple[int, str]:
    from bot.store import staff as rows

    with home.house.db.read() as tx:
        found = rows.find_staff(tx, email)
        assert found is not None
        code = codes.code_of(tx, found.id)
    assert code is not None
    return found.id, code.secret


def now_code(home: Home, secret: str, *, steps: int = 0) -> str:
    return second_factor.code_at(secret, int(home.clock.at.timestamp()) // 30 + steps)


def set_up(app: Flask, home: Home, role: str = "practitioner") -> tuple[str, str]:
    """A worker with a second factor; their email and its secret."""
    worker = at_desk(app, home, role)
    email = f"{worker.name.lower().replace(' ', '.')}@council.example"
    page = worker.get("/desk/account/code")
    _, secret = secret_of(home, email)
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page.text
    assert "<svg" in page.text
    answer = worker.post("/desk/account/code", "/desk/account/code", code=now_code(home, secret))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/account?done=code")
    assert "Your second factor is set up" in worker.get(answer.headers["Location"]).text
    return email, secret


def give(client: FlaskClient, code: str, **more: str) -> TestResponse:
    form = fields(client.get("/desk/sign-in/code").text, "/desk/sign-in/code")
    return client.post("/desk/sign-in/code", data={**form, **more, "code": code})


def test_a_password_alone_opens_nothing_once_a_code_is_set_up(app: Flask, home: Home) -> None:
    """Claim: after the password the desk stays shut until the code, which leads on to the page that was asked for; the
    half session and its cookie open nothing, before or after."""
    email, secret = set_up(app, home)
    home.later(minutes=1)
    client, answer = sign_in(app, email, next="/desk/ledger")
    assert answer.headers["Location"] == "/desk/sign-in/code?next=/desk/ledger"
    half = client.get_cookie("desk")
    assert half is not None
    assert client.get("/desk").status_code == 303
    assert "<svg" not in client.get("/desk/sign-in/code").text
    assert secret[:4] not in client.get("/desk/sign-in/code").text
    form = fields(client.get(answer.headers["Location"]).text, "/desk/sign-in/code")
    inside = client.post(
        "/desk/sign-in/code", data={**form, "code": f" {now_code(home, secret)[:3]} {now_code(home, secret)[3:]}"}
    )
    assert (inside.status_code, inside.headers["Location"]) == (303, "/desk/ledger")
    assert client.get("/desk/ledger").status_code == 200
    thief = app.test_client()
    thief.set_cookie("desk", half.value)
    assert thief.get("/desk").status_code == 303
    assert thief.get("/desk/sign-in/code").status_code == 303
    assert [a for a, _, _ in home.audited()][-3:-1] == ["sign-in.half", "sign-in"]


def test_a_code_serves_once(app: Flask, home: Home) -> None:
    """Claim: the code that was just used, and the one before it, open nothing to who looked on; the next one does."""
    email, secret = set_up(app, home)
    client, _ = sign_in(app, email)
    for steps in (0, -1):
        answer = give(client, now_code(home, secret, steps=steps))
        assert answer.status_code == 401
        assert "used already" in answer.text
    home.later(seconds=30)
    assert give(client, now_code(home, secret)).status_code == 303


def test_of_two_at_once_one_gets_in(app: Flask, home: Home) -> None:
    """Claim: the same code given in two browsers at the same moment begins one session, on either database."""
    email, secret = set_up(app, home)
    home.later(minutes=1)
    halves = [sign_in(app, email)[0].get_cookie("desk") for _ in range(2)]
    won, lost, barrier = [], [], threading.Barrier(2)

    def try_it(token: str) -> None:
        half = second_factor.sits_half(home.house, token)
        assert half is not None
        barrier.wait()
        try:
            won.append(second_factor.give(home.house, half, code=now_code(home, secret), place="here"))
        except accounts.Refused:
            lost.append(token)

    threads = [threading.Thread(target=try_it, args=(half.value,)) for half in halves if half is not None]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 1)


def test_wrong_codes_are_counted_in_the_database(app: Flask, home: Home) -> None:
    """Claim: after five wrong ones no code opens for a quarter of an hour, not even the right one, from any browser."""
    email, secret = set_up(app, home)
    home.later(minutes=1)
    client, _ = sign_in(app, email)
    assert [give(client, "000000x").status_code for _ in range(5)] == [401] * 5
    other, _ = sign_in(app, email)
    assert give(other, now_code(home, secret)).status_code == 429
    home.later(minutes=16)
    assert sign_in(app, email)[1].status_code == 303
    late, _ = sign_in(app, email)
    assert give(late, now_code(home, secret)).status_code == 303


@ON_SQLITE
def test_ten_minutes_after_the_password_it_is_asked_again(app: Flask, home: Home) -> None:
    """Claim: a half sign-in left standing ends."""
    email, _ = set_up(app, home)
    client, _ = sign_in(app, email)
    home.later(minutes=11)
    assert client.get("/desk/sign-in/code").headers["Location"] == "/desk/sign-in"


@ON_SQLITE
def test_where_the_council_requires_it_nobody_gets_in_without(home: Home) -> None:
    """Claim: the first sign-in sets it up before any page of the desk opens."""
    home.house = replace(home.house, settings=replace(home.house.settings, second_factor=True))
    app = build(home.house.settings, house=home.house)
    email = hire(home, "practitioner")
    client, answer = sign_in(app, email)
    assert answer.headers["Location"] == "/desk/sign-in/code"
    assert client.get("/desk").status_code == 303
    assert "Set up your second factor" in client.get("/desk/sign-in/code").text
    _, secret = secret_of(home, email)
    assert secret_of(home, email)[1] == secret  # the page again shows the same
    assert give(client, now_code(home, secret)).status_code == 303
    assert client.get("/desk").status_code == 200
    assert "code.set-up" in [a for a, _, _ in home.audited()]


def test_an_administrator_takes_a_lost_code_away_and_ends_sessions(app: Flask, home: Home) -> None:
    """Claim: without the telephone they sign in by password; their sessions end with it; closed, nothing opens."""
    email, _ = set_up(app, home)
    staff_id, _ = secret_of(home, email)
    ash = at_desk(app, home, "administrator")
    address = f"/desk/staff/{staff_id}"
    assert ash.post("/desk/staff", address, act="code").headers["Location"] == "/desk/staff?done=code"
    client, answer = sign_in(app, email)
    assert (answer.headers["Location"], client.get("/desk").status_code) == ("/desk", 200)
    assert ash.post("/desk/staff", address, act="end").status_code == 303
    assert client.get("/desk").status_code == 303
    client, _ = sign_in(app, email)
    assert ash.post("/desk/staff", address, act="close").status_code == 303
    assert client.get("/desk").status_code == 303
    assert sign_in(app, email)[1].status_code == 401
    assert ash.post("/desk/staff", address, act="open").status_code == 303
    assert sign_in(app, email)[1].status_code == 303
    told = [a for a, target, _ in home.audited() if target == f"staff:{staff_id}"]
    assert {"code.taken-away", "session.end-all", "user.close", "user.open"} <= set(told)
    assert ash.post("/desk/staff", address, act="code").status_code == 404
    assert ash.post("/desk/staff", address, act="other").status_code == 400


@ON_SQLITE
def test_the_secret_is_sealed(app: Flask, home: Home) -> None:
    """Claim: the database holds no secret in the clear."""
    import sqlalchemy as sa

    _, secret = set_up(app, home)
    with home.house.db.read() as tx:
        kept = tx.execute(sa.text("SELECT secret FROM staff_code")).scalar_one()
    assert secret.encode() not in bytes(kept)
