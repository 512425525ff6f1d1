"""What operators are told: /metrics and /readyz, of a whole house and by what they read."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import build
from bot.clockwork import tick
from bot.store import published, receipts
from bot.store.database import Database
from bot.store.schema import upgrade
from messages.channel import Accepted, ChannelError, ChannelUnknown, Outgoing
from tests.houses import KEYS, ON_SQLITE, Home, make_home
from tests.web.scraping import FAMILY, OTHER, TOKEN, WORDS, client, of, scraped
from tests.web.worker import at_desk


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
            receipts.add_receipt(
                tx, outbox_id=None, provider_sid="SM1", status=status, error_code=code, at=home.clock.at
            )
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
