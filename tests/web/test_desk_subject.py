"""A person's data at the desk: a copy for them, erasure and legal holds, after the password was given again."""

import json
import os
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework.permissions import ROLES, may
from tests.browser import axe
from tests.houses import ON_SQLITE, Home
from tests.people.test_erasing import HER, left, ref_of
from tests.turn.families import enrol, four_weeks_ago, row
from tests.web.worker import PASSWORD, Worker, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


@pytest.fixture
def ref(home: Home) -> str:
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    return ref_of(home, "P1")


def page(ref: str) -> str:
    return f"/desk/people/{ref}/data"


def confirm(worker: Worker, ref: str, password: str = PASSWORD) -> int:
    return worker.post(page(ref), f"{page(ref)}/confirm", password=password).status_code


@ON_SQLITE
def test_the_password_opens_the_page_for_five_minutes(mina: Worker, home: Home, ref: str) -> None:
    """Found from the person's page; without the password, and after its time, no form is there and none does anything;
    a wrong one opens nothing and counts as a failed sign-in."""
    assert page(ref) in mina.get(f"/desk/people/{ref}").text
    token = mina.fields(page(ref), f"{page(ref)}/confirm")
    answer = mina.client.post(f"{page(ref)}/export", data={**token, "form": "json"})
    assert (answer.status_code, answer.location) == (303, f"{page(ref)}?done=again")
    assert confirm(mina, ref, "not my password") == 401
    assert "/data/export" not in mina.get(page(ref)).text
    assert confirm(mina, ref) == 303
    assert "/data/export" in mina.get(page(ref)).text
    home.later(minutes=5)
    assert "/data/export" not in mina.get(page(ref)).text
    answer = mina.client.post(f"{page(ref)}/erase", data={**token, "sure": ref})
    assert answer.status_code == 303
    assert left(home, HER)
    assert {("password.refused",), ("password.again",)} <= {(action,) for action, _, _ in home.audited()}


@ON_SQLITE
def test_eight_wrong_passwords_shut_it(mina: Worker, ref: str) -> None:
    """Somebody at an open desk cannot try on and on: as at the sign-in."""
    codes = [confirm(mina, ref, f"wrong {n}") for n in range(9)]
    assert codes == [401] * 8 + [429]
    assert confirm(mina, ref) == 429


@ON_SQLITE
def test_a_copy_is_saved_as_json_and_as_a_page(mina: Worker, home: Home, ref: str) -> None:
    """Both are files of their own, kept by no cache, and each is audited."""
    confirm(mina, ref)
    told = mina.post(page(ref), f"{page(ref)}/export", form="json")
    assert json.loads(told.text)["reference"] == ref
    read = mina.post(page(ref), f"{page(ref)}/export", form="page")
    assert read.headers["Content-Disposition"] == f'attachment; filename="{ref}.html"'
    assert "no-store" in read.headers["Cache-Control"]
    assert "NameP1" in read.text
    assert [d for a, _, d in home.audited() if a == "person.export"] == ["json", "page"]


@ON_SQLITE
def test_erasing_is_counted_confirmed_and_done(mina: Worker, home: Home, ref: str) -> None:
    """The count stands first; another reference changes nothing; then it is gone, and the page says what went."""
    confirm(mina, ref)
    assert "messages to them" not in mina.get(page(ref)).text
    assert "enrolments" in mina.get(page(ref)).text
    wrong = mina.post(page(ref), f"{page(ref)}/erase", sure="22222222")
    assert wrong.status_code == 400
    assert left(home, HER)
    done = mina.post(page(ref), f"{page(ref)}/erase", sure=ref.lower())
    assert done.status_code == 200
    assert f"{ref} is erased" in done.text
    assert not left(home, HER, "NameP1")
    assert mina.get(page(ref)).status_code == 404
    assert [t for a, t, _ in home.audited() if a == "person.erased"] == [f"person:{ref}"]


@ON_SQLITE
def test_a_legal_hold_is_put_told_and_lifted(mina: Worker, home: Home, ref: str) -> None:
    """While it stands there is no form to erase, and a form sent all the same is refused, with the reason in words."""
    confirm(mina, ref)
    token = mina.fields(page(ref), f"{page(ref)}/erase")
    held = mina.post(page(ref), f"{page(ref)}/hold", of=ref, why="A complaint to the Ombudsman")
    assert held.status_code == 303
    shown = mina.get(page(ref)).text
    assert "They cannot be erased now." in shown
    assert "A complaint to the Ombudsman." in shown
    assert "article 17(3)" in shown
    assert "/data/erase" not in shown
    assert mina.client.post(f"{page(ref)}/erase", data={**token, "sure": ref}).status_code == 409
    assert left(home, HER)
    other = mina.client.post(f"{page(ref)}/release/999", data=token)
    assert other.status_code == 303
    assert "They cannot be erased now." in mina.get(page(ref)).text
    assert mina.post(page(ref), f"{page(ref)}/release/1").status_code == 303
    assert "/data/erase" in mina.get(page(ref)).text


@ON_SQLITE
def test_who_wrote_and_was_never_enrolled_has_the_page_too(mina: Worker, home: Home) -> None:
    """From the conversation of nobody: exported and erased by its reference."""
    from bot.refs import ref_of as conversation_ref

    home.talk("where is a toddler group", sender=HER)
    ref = conversation_ref(home.address(HER).id)
    assert page(ref) in mina.get(f"/desk/conversations/{ref}").text
    confirm(mina, ref)
    assert "toddler group" in mina.post(page(ref), f"{page(ref)}/export", form="json").text
    assert mina.post(page(ref), f"{page(ref)}/erase", sure=ref).status_code == 200
    assert not left(home, HER)


def test_managers_alone() -> None:
    """Nobody exports or erases by the way."""
    for permission in ("people.export", "people.erase"):
        assert {role for role in ROLES if may(role, permission)} == {"manager"}


@pytest.mark.browser
@ON_SQLITE
@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_in_a_browser(app: Flask, home: Home, ref: str, chromium: "Chromium", width: int) -> None:
    """The password, the count and the erasure, by the page's forms alone; nothing runs over the edge, axe finds
    nothing."""
    email = hire(home, "manager")
    with served(app) as url, chromium.person(url, width=width) as person:
        shown = person.new_page()
        signed_in_at(shown, email, page(ref))
        assert axe(shown) == []
        shown.get_by_label("Password").fill(PASSWORD)
        shown.get_by_role("button", name="Continue").click()
        shown.get_by_role("heading", name="Give them a copy").wait_for()
        assert axe(shown) == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        if folder := os.environ.get("SHOTS"):
            shown.screenshot(path=f"{folder}/subject-{width}.png", full_page=True)
        shown.get_by_label(f"To erase them, write {ref}").fill(ref)
        shown.get_by_role("button", name="Erase them").click()
        shown.get_by_role("heading", name=f"{ref} is erased").wait_for()
        assert axe(shown) == []
    assert not left(home, HER)
