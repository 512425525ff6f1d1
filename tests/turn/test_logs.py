"""Logs carry ids, never words, names or numbers: also when a step, the database or the provider fails."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from bot.app import build
from bot.clockwork import tick
from bot.serving import set_up_logs
from bot.turn import receive as receiving
from bot.turn import touches
from messages.channel import Accepted
from tests.houses import Home
from tests.turn.families import enrol, four_weeks_ago, row

PLANTED = ("Quillfeather", "flibbertigibbet", "7700900451", "xylophone")
A = "+447700900451"


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    written = io.StringIO()
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        set_up_logs()
    yield written
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def _break(*_: object, **__: object) -> Accepted:
    raise RuntimeError(f"{A} Quillfeather said flibbertigibbet")


def test_no_log_line_holds_a_planted_word(home: Home, monkeypatch: pytest.MonkeyPatch, logs: io.StringIO) -> None:
    """A whole run with every part broken in turn, each fault with the family's words in its own."""
    enrol(home, row("P1", A, four_weeks_ago(home)).replace("NameP1", "Quillfeather"))
    home.talk("he has a knife says Quillfeather flibbertigibbet", sender=A)
    for owner, name in ((receiving, "step"), (receiving, "_screen"), (receiving, "apply"), (touches, "run")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, _break)
            home.text("flibbertigibbet xylophone", sender=A)
            home.later(hours=2)
            tick(home.house)
    home.pigeon.does = _break
    home.text("hello", sender=A)
    home.send()
    app = build(home.house.settings, house=home.house)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/broken", view_func=_break)
    assert app.test_client().get("/broken").status_code == 500
    told = logs.getvalue()
    assert "step failed" in told
    assert "RuntimeError in _break" in told  # of a page: where it broke, without what it said
    assert [word for word in PLANTED if word in told] == []
