"""What stands still is said: by the rule, in the log of the watchman, and on every page of the desk."""

import json
import threading
import time
from datetime import datetime, timedelta
from typing import get_args

import structlog

from bot import watch
from bot.app import build
from bot.clockwork import KINDS, tick
from bot.dispatcher import Dispatcher
from bot.store import published
from bot.store.watching import Vitals
from bot.watch import NEARLY_FULL_BYTES, Alert, Pulse, Watchman, judge
from bot.web.desk import band_words
from bot.web.health import WHY
from tests.houses import AT, ON_SQLITE, Home
from tests.web.scraping import FAMILY, WORDS, client, scraped
from tests.web.visitor import Page
from tests.web.worker import Worker, at_desk


def test_the_rule_to_the_second_and_the_byte() -> None:
    """Claim: two minutes is not late, a second more is; a byte less than enough is nearly full; each told once."""
    edge, past = AT - timedelta(minutes=2), AT - timedelta(minutes=2, seconds=1)

    def found(**changes: object) -> list[Alert]:
        whole = {
            "now": AT, "beats": {"clock": edge, "dispatcher": edge}, "due_since": edge, "paused": False,
            "escalations": {},
        }  # fmt: skip
        free = changes.pop("free", NEARLY_FULL_BYTES)
        return judge(Vitals(**{**whole, **changes}), ("clock", "dispatcher"), free)  # type: ignore[arg-type]

    assert found() == []
    assert found(due_since=past) == [Alert(kind="queue", since=past)]
    assert found(free=NEARLY_FULL_BYTES - 1) == [Alert(kind="disk")]
    assert found(free=None) == []
    assert found(beats={"clock": past}) == [Alert(kind="clock", since=past), Alert(kind="dispatcher")]
    assert found(due_since=past, beats={"clock": edge}) == [Alert(kind="dispatcher")]
    assert found(due_since=past, paused=True) == [Alert(kind="paused")]
    failing = {"clock": edge, "dispatcher": edge, "failing:alerts": past, "failing:timers": edge}
    assert found(beats=failing) == [Alert(kind="work", since=past, work="alerts")]


def test_work_of_the_clock_that_fails_is_seen_though_it_beats(home: Home) -> None:
    """Claim: a clock that ticks while a kind of its work raises is not well after two minutes; the time is of the
    first failure; one success frees it. A kind that fails stops no other."""
    with home.house.db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE timer RENAME TO away")
    for _ in range(3):
        tick(home.house)
        home.later(seconds=61)
    home.living()
    (alert,) = watch.look(home.house).alerts
    assert (alert.kind, alert.work, alert.since) == ("work", "timers", AT)
    assert scraped(client(home))["thrive_clock_work_failing_seconds", (("work", "timers"),)] == 183
    sam = at_desk(build(home.house.settings, house=home.house), home)
    assert "Families get no reminders of what they were asked." in sam.get("/desk").text
    with home.house.db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE away RENAME TO timer")
    tick(home.house)
    assert watch.look(home.house).alerts == ()


def test_every_kind_of_the_clocks_work_has_words() -> None:
    """Claim: whichever fails, the desk says what that means for families."""
    assert set(KINDS) == set(band_words.LATE_WORK)
    assert set(get_args(watch.Kind)) == set(band_words.LATE)
    assert set(get_args(watch.Kind)) | {"database"} == set(WHY)


@ON_SQLITE
def test_a_part_with_nothing_to_do_says_that_it_lives(home: Home) -> None:
    """Claim: a beat without any work, no more than one write each half minute, from several threads too."""
    pulses = [Pulse(home.house, "dispatcher") for _ in range(3)]

    def beat() -> datetime:
        for pulse in pulses:
            pulse.beat()
        with home.house.db.read() as tx:
            return published.heartbeats(tx)["dispatcher"]

    assert beat() == AT
    home.later(seconds=29)
    assert beat() == AT
    home.later(seconds=1)
    assert beat() == AT + timedelta(seconds=30)


@ON_SQLITE
def test_a_sender_beats_with_an_empty_queue_and_emails_do_not_hide_it(home: Home) -> None:
    """Claim: a dispatcher's thread beats by itself; the sender of emails beats under its own name."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=Dispatcher(home.house, by_email=by_email).run, args=(stop,)) for by_email in (True,)
    ]
    for thread in threads:
        thread.start()
    _until(home, "email")
    with home.house.db.read() as tx:
        assert "dispatcher" not in published.heartbeats(tx)
    threads.append(threading.Thread(target=Dispatcher(home.house).run, args=(stop,)))
    threads[-1].start()
    _until(home, "dispatcher")
    stop.set()
    home.house.wake.wake()
    for thread in threads:
        thread.join(timeout=10)


def _until(home: Home, part: str) -> None:
    end = time.monotonic() + 10
    while True:
        with home.house.db.read() as tx:
            if published.heartbeats(tx).get(part) == AT:
                return
        assert time.monotonic() < end
        time.sleep(0.02)


@ON_SQLITE
def test_the_watchman_says_it_each_round_until_it_is_right(home: Home) -> None:
    """Claim: a web process logs a dead clock and a dead dispatcher as errors, with how many urgent cases nobody has
    been told of, at each round; when they live again it says nothing. The lines of one round have one id."""
    home.text(WORDS, sender=FAMILY)
    watchman = Watchman(home.house, every_seconds=0.05)
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        watchman.start()
        end = time.monotonic() + 10
        while len(lines) < 4 and time.monotonic() < end:
            time.sleep(0.02)
        home.living()
        time.sleep(0.2)
        said = len(lines)
        time.sleep(0.2)
        watchman.stop()
    assert len(lines) == said >= 4
    assert {(line["log_level"], line["event"]) for line in lines} == {("error", "service is not well")}
    assert {(line["what"], line["urgent_unanswered"]) for line in lines} == {("clock", 1), ("dispatcher", 1)}
    assert len({line["pass"] for line in lines}) == len(lines) / 2
    assert "Quillfeather" not in json.dumps(lines)


@ON_SQLITE
def test_the_band_says_what_a_dead_clock_means_and_who_waits(home: Home) -> None:
    """Claim: on a page of a living web process: what stands still and since when, what that means for families, what to
    do, and that an urgent case has nobody; an open page learns it from its poll; alive again, it is gone."""
    home.living()
    sam = at_desk(build(home.house.settings, house=home.house), home)
    home.text(WORDS, sender=FAMILY)
    assert "urgent case" not in _band(sam)
    home.later(minutes=2, seconds=1)
    band = _band(sam)
    for told in (
        "1 urgent case has nobody yet, and nobody is being told of it.",
        "The clock has stood still since 11am on Monday 23 November.",
        "Nobody is texted or emailed about urgent cases.",
        "No text has left since 11am",
        "not even the one that gives 999",
        "telephone everybody who cannot wait",
        "Tell whoever runs this service now.",
    ):
        assert told in band
    assert "The clock is not running." in sam.get("/desk/count").json["late"]
    home.living()
    home.send()
    assert _band(sam) == ""
    assert sam.get("/desk/count").json["late"] == ""


def _band(sam: Worker) -> str:
    page = Page(sam.get("/desk/no-replies").text)
    return " ".join(page.texts("app-alert"))
