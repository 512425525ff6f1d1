"""The desk where a key is lost: the pages open, and say what cannot be read in its place."""

from collections.abc import Iterator

import pytest
from flask import Flask

from bot.app import build
from tests.houses import Home, make_home
from tests.turn.test_poison import A, ids_to, lose_key, wait_it_out
from tests.web.worker import Worker, at_desk

GONE = "These words cannot be opened"


@pytest.fixture
def home(migrated_url: str) -> Iterator[Home]:
    made = make_home(migrated_url)
    yield made
    made.house.db.close()


@pytest.fixture
def app(home: Home) -> Flask:
    return build(home.house.settings, house=home.house)


@pytest.fixture
def worker(app: Flask, home: Home) -> Worker:
    return at_desk(app, home)


def test_a_conversation_shows_what_can_be_read(home: Home, worker: Worker) -> None:
    """One message each way has lost its key: the rest of the case stands there, with a note in their places."""
    home.text("hello", sender=A)
    lose_key(home, "outbox", "body", ids_to(home, A)[0])
    wait_it_out(home)
    home.text("please call me", sender=A)
    lose_key(home, "inbox", "body", 1)
    (case,) = home.cases()
    page = worker.get(f"/desk/cases/{case.ref}")
    assert page.status_code == 200
    assert page.text.count(GONE) >= 1
    assert "please call me" in page.text
    assert "Tried 5 times" in page.text
    assert worker.get("/desk").status_code == 200


def test_a_number_that_cannot_be_opened_leaves_a_case_that_can(home: Home, worker: Worker) -> None:
    """The case of a message to nobody knows whom opens, with the reason."""
    home.text("hello", sender=A)
    lose_key(home, "address", "value", home.address(A).id)
    wait_it_out(home)
    case = home.cases()[0]
    assert worker.get("/desk").status_code == 200
    page = worker.get(f"/desk/cases/{case.ref}")
    assert page.status_code == 200
    assert "cannot be opened" in page.text
