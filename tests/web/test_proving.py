"""Proving again who one is, changing a password, and what of one's sessions can be seen and ended."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from bot.casework import proving
from bot.casework.passwords import weakness
from bot.store import codes
from tests.houses import ON_SQLITE, Home
from tests.web.standing import a_silence
from tests.web.test_second_factor import give, now_code, secret_of, set_up
from tests.web.worker import PASSWORD, Worker, at_desk, fields, hire, sign_in

NEW = "copper lantern walrus seven"


def token(client: FlaskClient) -> str:
    cookie = client.get_cookie("desk")
    assert cookie is not None
    return cookie.value


def thief(app: Flask, held: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("desk", held)
    return client


def with_code(app: Flask, home: Home, role: str) -> tuple[Worker, str]:
    """A worker who signed in by password and code; the secret of the code."""
    email, secret = set_up(app, home, role)
    home.later(minutes=1)
    client, _ = sign_in(app, email)
    assert give(client, now_code(home, secret)).status_code == 303
    return Worker(client=client, name=""), secret


def test_what_leaves_the_service_asks_for_the_code_too(app: Flask, home: Home) -> None:
    """Claim: where the account has a second factor, the password alone opens neither export nor erasure, nor does a
    code that was used; with both it opens, and the session goes on under a new token: the old one opens nothing."""
    mina, secret = with_code(app, home, "manager")
    ref, _ = a_silence(home)
    page, form = f"/desk/people/{ref}/data", f"/desk/people/{ref}/data/confirm"
    before = token(mina.client)
    assert 'name="code"' in mina.get(page).text
    for given in ({}, {"code": now_code(home, secret)}, {"code": "000000"}):
        answer = mina.post(page, form, password=PASSWORD, **given)
        assert answer.status_code == 401
        assert "The password or the code is not right." in answer.text
    assert mina.post(page, f"{page}/confirm", password="not the password", code="000000").status_code == 401
    home.later(seconds=30)
    assert mina.post(page, form, password=PASSWORD, code=now_code(home, secret)).status_code == 303
    assert "Give them a copy" in mina.get(page).text
    assert token(mina.client) != before
    assert thief(app, before).get("/desk").status_code == 303


@ON_SQLITE
def test_a_wrong_password_uses_no_code_up(app: Flask, home: Home) -> None:
    """Claim: a slip in the password leaves the code good for the next try."""
    mina, secret = with_code(app, home, "manager")
    ref, _ = a_silence(home)
    page = f"/desk/people/{ref}/data"
    home.later(seconds=30)
    code = now_code(home, secret)
    assert mina.post(page, f"{page}/confirm", password="not the password", code=code).status_code == 401
    assert mina.post(page, f"{page}/confirm", password=PASSWORD, code=code).status_code == 303


@ON_SQLITE
def test_a_desk_left_open_changes_nothing_of_how_an_account_is_signed_in_to(app: Flask, home: Home) -> None:
    """Claim: five minutes after signing in, a second factor is set up only after the password was given again."""
    sam = at_desk(app, home)
    home.later(minutes=6)
    asked = sam.get("/desk/account/code")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/desk/account/again?next=/desk/account/code")
    csrf = sam.fields(asked.headers["Location"], "/desk/account/again")
    assert sam.client.post("/desk/account/code", data={**csrf, "code": "123456"}).headers["Location"].endswith("code")
    again = asked.headers["Location"]
    assert sam.post(again, "/desk/account/again", password="not the password").status_code == 401
    answer = sam.post(again, "/desk/account/again", password=PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/account/code")
    assert "Set up your second factor" in sam.get("/desk/account/code").text


def test_a_password_is_changed_by_who_gives_the_one_they_have(app: Flask, home: Home) -> None:
    """Claim: the new one opens, the old one does not; every other session ends; a weak one, the same one and a wrong
    present one change nothing."""
    email = hire(home, "practitioner")
    elsewhere, _ = sign_in(app, email)
    sam = Worker(client=sign_in(app, email)[0], name="Sam Okoro")
    form = "/desk/account/password"
    assert sam.post(form, form, password="not the password", new=NEW).status_code == 401
    weak = sam.post(form, form, password=PASSWORD, new="Sam.Okoro2026!")
    assert (weak.status_code, "anybody would try first" in weak.text) == (400, True)
    assert sam.post(form, form, password=PASSWORD, new="short").status_code == 400
    assert sam.post(form, form, password=PASSWORD, new=PASSWORD).status_code == 400
    assert elsewhere.get("/desk").status_code == 200
    changed = sam.post(form, form, password=PASSWORD, new=NEW)
    assert changed.headers["Location"] == "/desk/account?done=password"
    assert "Your password is changed" in sam.get(changed.headers["Location"]).text
    assert elsewhere.get("/desk").status_code == 303
    assert sign_in(app, email)[1].status_code == 401
    assert sign_in(app, email, NEW)[1].status_code == 303
    assert "password.change" in [action for action, _, _ in home.audited()]
    assert PASSWORD not in changed.text


@pytest.mark.parametrize("by", ["themselves", "an administrator"])
def test_a_second_factor_that_was_only_shown_goes_with_the_password(app: Flask, home: Home, by: str) -> None:
    """Claim: who knew the old password may have looked at the secret that was to be set up: after the change another
    is shown, and a code of the first sets nothing up. One that is set up stays."""
    email = hire(home, "practitioner")
    sam = Worker(client=sign_in(app, email)[0], name="Sam Okoro")
    sam.get("/desk/account/code")
    staff_id, seen = secret_of(home, email)

    def change(old: str, new: str) -> None:
        if by == "themselves":
            form = "/desk/account/password"
            given = {"code": now_code(home, secret_of(home, email)[1])} if has_code(home, staff_id) else {}
            assert sam.post(form, form, password=old, new=new, **given).status_code == 303
        else:
            proving.set_password(home.house, staff_id, new, by=None)
            sam.client = sign_in(app, email, new)[0]

    change(PASSWORD, NEW)
    sam.get("/desk/account/code")
    _, secret = secret_of(home, email)
    assert secret != seen
    code = "/desk/account/code"
    assert sam.post(code, code, code=now_code(home, seen)).status_code != 303
    assert sam.post(code, code, code=now_code(home, secret)).status_code == 303
    home.later(minutes=1)
    change(NEW, f"{NEW} eight")
    assert secret_of(home, email) == (staff_id, secret)


def has_code(home: Home, staff_id: int) -> bool:
    with home.house.db.read() as tx:
        return codes.has_code(tx, staff_id)


@pytest.mark.parametrize(
    ("password", "will_do"),
    [
        ("copper lantern walrus seven", True),
        ("a long enough password", True),
        ("  spaces  count  too  ", True),
        ("þrír stórir hvalir", True),
        ("x" * 12, False),
        ("abcabcabcabc", False),
        ("123456789012", False),
        ("qwertyuiop[]", False),
        ("Password2026!", False),
        ("P@ssw0rd1234", False),
        ("ThriveInTouch1", False),
        ("WandleCouncil26", False),
        ("sam.okoro2026", False),
        ("LiverpoolFootball", False),
        ("eleven chars"[:11], False),
        ("x y z w v u t s" * 100, False),
    ],
)
def test_what_anybody_would_try_first_is_no_password(password: str, will_do: bool) -> None:
    """Claim: any letters will do, sixty-four and more; words of the place and the person, runs and years will not."""
    beside = ("sam.okoro@council.example", "Sam Okoro", "Wandle Council", "Thrive In Touch")
    assert (weakness(password, beside=beside) == "") is will_do
    assert weakness("vary these words " * 8, beside=beside) == ""


def test_a_person_sees_where_they_are_signed_in(app: Flask, home: Home) -> None:
    """Claim: each open session with when it began, this one marked; an ended one, and another's, not among them."""
    email = hire(home, "practitioner")
    sign_in(app, email)
    gone, _ = sign_in(app, email)
    page = gone.get("/desk/account")
    assert page.text.count("last used") == 2
    out = gone.post("/desk/sign-out", data=fields(page.text, "/desk/sign-out"))
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    at_desk(app, home, "manager")
    home.later(minutes=31)
    here = sign_in(app, email)[0].get("/desk/account").text
    assert (here.count("last used"), here.count("(here)")) == (1, 1)


@ON_SQLITE
def test_twelve_hours_after_signing_in_it_is_asked_again(app: Flask, home: Home) -> None:
    """Claim: somebody who never pauses is signed out all the same."""
    sam = at_desk(app, home)
    for _ in range(36):
        home.later(minutes=20)
        assert sam.get("/desk").status_code == 200
    home.later(minutes=1)
    assert sam.get("/desk").status_code == 303


@ON_SQLITE
def test_who_tries_what_they_may_not_is_in_the_log(app: Flask, home: Home) -> None:
    """Claim: a refusal for want of a permission is a line with who and which view, and without what was typed."""
    sam = at_desk(app, home)
    with capture_logs() as lines:
        assert sam.get("/desk/staff?words=secret").status_code == 403
    refused = [line for line in lines if line["event"] == "refused"]
    assert [(line["view"], line["permission"], line["log_level"]) for line in refused] == [
        ("desk.staff", "users.manage", "warning")
    ]
    assert "secret" not in str(lines)


@ON_SQLITE
def test_a_long_password_is_taken_whole(app: Flask, home: Home) -> None:
    """Claim: every character counts, of a hundred too, spaces and case among them; more than 1,024 are refused; and
    none has to be changed for its age."""
    email, long = hire(home, "practitioner"), "Vary these words, " * 6 + "x"
    sam = Worker(client=sign_in(app, email)[0], name="Sam Okoro")
    form = "/desk/account/password"
    assert sam.post(form, form, password=PASSWORD, new="ab " * 342).status_code == 400
    assert sam.post(form, form, password=PASSWORD, new=long).status_code == 303
    home.later(days=1_000)
    for wrong in (long[:-1], long.lower(), f"{long} ", long.strip("x")):
        assert sign_in(app, email, wrong)[1].status_code == 401
    assert sign_in(app, email, long)[1].status_code == 303
