"""A flood of posts to the chat: a pause and kind words, nothing lost, and danger always taken."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from bot.web.pace import CHAT, MINUTE, PLACE, Allowance, Pace
from tests.houses import Home
from tests.web.visitor import Visitor, value_of

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def flood(family: Visitor, number: int = CHAT.at_once) -> None:
    form = family.page().form("composer")
    for at in range(number):
        data = {"csrf_token": form["csrf_token"], "client_id": f"flood-{at}", "text": "hi"}
        assert family.client.post("/chat", data=data).status_code == 303


@pytest.fixture
def flooded(family: Visitor) -> Visitor:
    family.say("hello")
    flood(family, CHAT.at_once - 1)
    return family


def test_a_flood_is_asked_to_wait(flooded: Visitor, home: Home) -> None:
    """Claim: the one too many is answered 429 with when to try again, its words back in the box, 999 beside them, and
    a minute later it is taken."""
    answer = flooded.say("please help with rent")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert value_of(answer.text) == "please help with rent"
    assert "That was a lot at once" in answer.text
    assert "telephone 999" in answer.text
    assert "please help with rent" not in flooded.words()
    home.later(minutes=1)
    assert flooded.say("please help with rent").status_code == 303
    assert "please help with rent" in flooded.words()


def test_the_pages_script_is_told_too(flooded: Visitor) -> None:
    """Claim: the page's own script gets the fault by its name, and the page holds words for it."""
    answer = flooded.say("hi again", json=True)
    assert (answer.status_code, answer.json) == (429, {"fault": "many"})
    assert "data-many=" in flooded.client.get("/").text


def test_danger_is_never_kept_waiting(flooded: Visitor, home: Home) -> None:
    """Claim: whatever came before, words of danger are taken, answered and put before the team, each time."""
    assert flooded.say("hi").status_code == 429
    for words in ("he has a knife hes outside", "please he is going to kill me"):
        assert flooded.say(words).status_code == 303
    assert [case.level for case in home.cases()] == ["urgent"]
    assert "999" in " ".join(flooded.words())


def test_another_family_beside_it_is_served(flooded: Visitor, app: Flask) -> None:
    """Claim: one chat's flood holds up no other chat of the same place."""
    assert flooded.say("hi").status_code == 429
    assert Visitor(app).say("food bank SW18 2PU").status_code == 303


def test_a_place_has_a_limit_of_its_own() -> None:
    """Claim: who throws the chat's cookie away at each post meets the limit of the place they come from."""
    pace = Pace()
    assert [pace.wait(f"chat-{n}", "203.0.113.9", NOW) for n in range(PLACE.at_once)] == [0] * PLACE.at_once
    assert pace.wait("chat-new", "203.0.113.9", NOW) > 0
    assert pace.wait("chat-new", "203.0.113.10", NOW) == 0


@given(st.lists(st.integers(0, 20), max_size=120))
def test_never_more_than_is_allowed(gaps: list[int]) -> None:
    """Claim: in any minute at most twice the allowance is taken, and who waits as told is let through."""
    pace, now, taken = Pace(chat=Allowance(at_once=5)), NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        seconds = pace.wait("a", None, now)
        if seconds:
            assert 1 <= seconds <= MINUTE.total_seconds()
            now += timedelta(seconds=seconds + 1)
            assert pace.wait("a", None, now) == 0
        taken.append(now)
    for since in taken:
        assert sum(since <= at < since + MINUTE for at in taken) <= 2 * 5


def test_insults_and_spam_shut_nobody_out(family: Visitor, home: Home) -> None:
    """Claim: each is answered as any words are, raises no case and ends nothing; danger said with an insult, after
    all of them, is danger."""
    for words in (
        "you are fucking useless",
        "fuck off you stupid bot",
        "WIN A FREE IPHONE click http://spam.example",
    ) * 4:
        before = len(family.words())
        assert family.say(words).status_code == 303
        assert len(family.words()) > before + 1
    assert home.cases() == []
    assert family.say("fuck you all, he has a knife at my throat").status_code == 303
    assert [case.level for case in home.cases()] == ["urgent"]
    assert "999" in family.words()[-1]
