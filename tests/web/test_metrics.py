"""What operators are told: /metrics, /readyz and the watchman's log, of a whole house and by what they read."""

import json
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
import sqlalchemy as sa
import structlog
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from bot import watch
from bot.app import build
from bot.clockwork import KINDS, tick
from bot.dispatcher import Dispatcher
from bot.store import outbox, published
from bot.store.database import Database
from bot.store.schema import upgrade
from bot.store.watching import Vitals
from bot.watch import NEARLY_FULL_BYTES, Alert, Pulse, Watchman, judge
from bot.web.desk import words
from bot.web.health import WHY
from messages.channel import Accepted, ChannelError, ChannelUnknown, Outgoing
from tests.houses import AT, KEYS, ON_SQLITE, Home, make_home, settings_for
from tests.web.visitor import Page
from tests.web.worker import Worker, at_desk

TOKEN = "a-token-of-the-scraper"
FAMILY, OTHER = "+447700900471", "+447700900472"
WORDS = "he has a knife hes outside my name is Quillfeather"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def client(home: Home, **settings: object) -> FlaskClient:
    changed = settings_for(home.house.settings.database_url, **settings)
    return build(changed, house=replace(home.house, settings=changed)).test_client()


def scraped(asker: FlaskClient, **headers: str) -> Samples:
    answer = asker.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]


def test_a_scrape_counts_what_waits_and_what_failed(home: Home) -> None:
    """Claim: depth by class and state, oldest unsent, receipts and errors by code, unknown, held, escalations and
    their age, inbox, beats, lag, sizes: each as the rows say, read at the scrape."""
    home.living()
    asker = client(home)
    home.text(WORDS, sender=FAMILY)
    tick(home.house)
    home.later(seconds=90)
    found = scraped(asker)
    assert of(found, "thrive_outbox_messages", **{"class": "safety", "state": "queued"}) >= 1
    assert of(found, "thrive_outbox_oldest_unsent_seconds", **{"class": "safety"}) == 90
    assert of(found, "thrive_dispatcher_lag_seconds") == 90
    assert of(found, "thrive_escalations_unacknowledged", level="urgent") == 1
    assert of(found, "thrive_escalations_oldest_unacknowledged_seconds", level="urgent") == 90
    assert of(found, "thrive_escalations_unacknowledged", level="concern") == 0
    assert of(found, "thrive_heartbeat_age_seconds", part="clock") == 90
    assert of(found, "thrive_inbox_messages", state="waiting") == 0
    assert of(found, "thrive_database_up") == 1
    assert of(found, "thrive_database_bytes") > 10_000
    assert (("thrive_disk_free_bytes", ()) in found) is home.house.db.is_sqlite
    assert of(found, "process_open_fds") > 0
    assert any(name == "python_info" for name, _ in found)
    assert any(name == "thrive_info" for name, _ in found)

    def fails(outgoing: Outgoing) -> Accepted:
        if outgoing.to == FAMILY:
            raise ChannelError(permanent=True, code="21610", reason="blocked")
        raise ChannelUnknown("no answer")

    home.pigeon.does = fails
    home.text("hello", sender=OTHER)
    home.send()
    with home.house.db.write() as tx:
        for status, code in (("delivered", None), ("failed", "30003"), ("Quillfeather", "x7700900471")):
            outbox.add_receipt(tx, outbox_id=None, provider_sid="SM1", status=status, error_code=code, at=home.clock.at)
    found = scraped(asker)
    assert of(found, "thrive_provider_errors_last_hour", state="refused", code="21610") >= 1
    assert of(found, "thrive_provider_receipts_last_hour", status="delivered", code="none") == 1
    assert of(found, "thrive_provider_receipts_last_hour", status="failed", code="30003") == 1
    assert of(found, "thrive_provider_receipts_last_hour", status="other", code="other") == 1
    assert of(found, "thrive_outbox_unknown") >= 1
    home.later(hours=1, seconds=1)
    found = scraped(asker)
    assert not any(name.startswith("thrive_provider") for name, _ in found)


def test_a_scrape_asks_once_who_is_unanswered(home: Home) -> None:
    """Claim: what joins every open case to its climb is read once a scrape, whatever is counted of it."""
    home.text(WORDS, sender=FAMILY)
    asker, asked = client(home), []
    note = lambda _1, _2, statement, *_: asked.append(statement)  # noqa: E731
    sa.event.listen(home.house.db.engine, "before_cursor_execute", note)
    try:
        scraped(asker)
    finally:
        sa.event.remove(home.house.db.engine, "before_cursor_execute", note)
    assert sum("unreached_at" in statement for statement in asked) == 1


def test_an_escalation_counts_until_somebody_answers(home: Home) -> None:
    """Claim: told of or not yet (a dead clock begins nothing), an urgent case counts; acknowledged, it does not; one
    that everyone on the ladder was told of is told apart; one looked at too late is overdue."""
    home.living()
    asker = client(home)
    home.text(WORDS, sender=FAMILY)
    assert of(scraped(asker), "thrive_escalations_unacknowledged", level="urgent") == 1
    tick(home.house)
    for _ in range(12):
        home.later(minutes=20)
        tick(home.house)
    found = scraped(asker)
    assert of(found, "thrive_escalations_unacknowledged", level="urgent") == 1
    assert of(found, "thrive_escalations_nobody_reached") == 1
    assert of(found, "thrive_cases_overdue", level="urgent") == 1
    (case,) = home.cases()
    sam = at_desk(build(home.house.settings, house=home.house), home)
    assert sam.post(f"/desk/cases/{case.ref}", f"/desk/cases/{case.ref}/acknowledge").status_code == 303
    found = scraped(asker)
    assert of(found, "thrive_escalations_unacknowledged", level="urgent") == 0
    assert of(found, "thrive_escalations_oldest_unacknowledged_seconds", level="urgent") == 0


def test_no_label_holds_a_person_a_number_or_a_word(home: Home) -> None:
    """Claim: after a family, a worker and a provider have been through, no label's value is anything that came in."""
    tick(home.house)
    home.text(WORDS, sender=FAMILY)
    home.send()
    at_desk(build(home.house.settings, house=home.house), home)
    page = client(home).get("/metrics").text
    for planted in ("Quillfeather", "7700900471", "knife", "Okoro", "council.example"):
        assert planted.casefold() not in page.casefold()


@pytest.mark.parametrize(
    ("settings", "headers", "peer", "code"),
    [
        ({}, {}, "127.0.0.1", 200),
        ({}, {"Host": "localhost:8000"}, "::1", 200),
        ({}, {}, "192.0.2.7", 404),
        ({}, {"X-Forwarded-For": "192.0.2.7"}, "127.0.0.1", 404),
        ({}, {"Host": "text.example.gov.uk"}, "127.0.0.1", 404),
        ({"metrics_token": TOKEN}, {}, "127.0.0.1", 401),
        ({"metrics_token": TOKEN}, {"Authorization": f"Bearer {TOKEN}x"}, "127.0.0.1", 401),
        ({"metrics_token": TOKEN}, {"Authorization": "Bearer é"}, "127.0.0.1", 401),
        ({"metrics_token": TOKEN}, {"Authorization": f"Basic {TOKEN}"}, "127.0.0.1", 401),
        ({"metrics_token": TOKEN}, {"Authorization": f"Bearer {TOKEN}"}, "192.0.2.7", 200),
        ({"metrics_token": TOKEN}, {"Authorization": f"Bearer {TOKEN}", "Host": "10.1.2.3:8000"}, "10.9.9.9", 200),
    ],
)  # fmt: skip
@ON_SQLITE
def test_metrics_are_for_who_holds_the_token(
    home: Home, settings: dict[str, object], headers: dict[str, str], peer: str, code: int
) -> None:
    """Claim: the bearer token from anywhere, by any name; without the setting only this machine itself, no proxy
    between; 404 to everybody else, as any page that is not there."""
    answer = client(home, **settings).get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == code
    if code == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@ON_SQLITE
def test_a_probe_asks_by_address_and_a_browser_by_our_name(home: Home) -> None:
    """Claim: a load balancer asks /healthz and /readyz by an address; every other page answers to our name alone."""
    asker = client(home, public_url="https://text.example.gov.uk")
    by_address = {"Host": "10.1.2.3:8000"}
    assert asker.get("/healthz", headers=by_address).status_code == 200
    assert asker.get("/readyz", headers=by_address).status_code == 503
    assert asker.get("/privacy", headers=by_address).status_code == 400


def test_ready_says_what_is_wrong(home: Home) -> None:
    """Claim: 200 where all is well; else 503 with each reason by name: clock, dispatcher, queue, a pause."""
    asker = client(home)

    def asked() -> tuple[int, list[str]]:
        answer = asker.get("/readyz")
        return answer.status_code, [reason["what"] for reason in answer.json["reasons"]]

    assert asked() == (503, ["clock", "dispatcher"])
    home.living()
    assert asked() == (200, [])
    assert asker.get("/readyz").json["database"] == "ok"
    home.text("hello", sender=FAMILY)
    home.later(minutes=2, seconds=1)
    assert asked() == (503, ["clock", "dispatcher"])
    home.living()
    assert asked() == (503, ["queue"])
    assert asker.get("/readyz").json["dispatcher_lag_seconds"] == 121.0
    with home.house.db.write() as tx:
        published.set_flag(tx, "paused", "restored", home.clock.at)
    assert asked() == (503, ["paused"])
    assert asker.get("/readyz").json["paused"] is True


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_database_that_is_away_is_said(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Claim: the server refuses connections, or the file is no database: /readyz is 503 in JSON and names it, /healthz
    is 200, /metrics says `thrive_database_up 0`; when it is back, so is everything."""
    url = f"sqlite:///{tmp_path}/thrive.db"
    cluster = None
    if kind == "postgres":
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.fresh()
    database = Database(url, KEYS)
    upgrade(database)
    database.close()
    home = make_home(url)
    tick(home.house)
    home.living()
    asker = client(home)
    assert asker.get("/readyz").status_code == 200
    if cluster is not None:
        name = url.rsplit("/", 1)[1]
        cluster._command(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        cluster._command(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    else:
        with home.house.db.write() as tx:
            tx.exec_driver_sql("ALTER TABLE heartbeat RENAME TO away")
    answer = asker.get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, "away")
    assert answer.json["reasons"][0]["what"] == "database"
    assert asker.get("/healthz").status_code == 200
    assert of(scraped(asker), "thrive_database_up") == 0
    if cluster is not None:
        cluster._command(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    else:
        with home.house.db.write() as tx:
            tx.exec_driver_sql("ALTER TABLE away RENAME TO heartbeat")
    assert asker.get("/readyz").status_code == 200
    home.house.db.close()
    if cluster is not None:
        cluster.drop(url)


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
    assert set(KINDS) == set(words.LATE_WORK)
    assert set(get_args(watch.Kind)) == set(words.LATE)
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
