"""`/metrics`: what operators watch, as Prometheus text, read from the database when it is asked for.

Guarded by METRICS_TOKEN. Without it there is no such page, but for who sits at this very machine. No label holds a
person, a number or a word: classes, states, levels and the provider's codes, each from a closed list.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version
from ipaddress import ip_address
from typing import Any, Final

import structlog
from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from bot import watch
from bot.house import House
from bot.store.database import DatabaseError
from bot.watch import Measured
from bot.web.health import asked_as
from bot.web.here import house
from bot.web.security import serves_machines

log = structlog.get_logger()
pages = serves_machines(Blueprint("metrics", __name__))
REGISTRY: Final = "thrive_metrics"
NEVER: Final = float("inf")  # the age of what never happened: later than any limit
FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


@pages.get("/metrics")
def metrics() -> Response:
    """Prometheus text, 0.0.4. 401 for a wrong token; 404 without METRICS_TOKEN from anywhere but this machine."""
    token = house().settings.metrics_token
    if token is None:
        if not _from_here():
            abort(404)
    elif not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        return Response("unauthorised\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _from_here() -> bool:
    """Asked on this machine, by this machine's name, with no proxy between: what one passes on came from elsewhere."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        peer = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return peer and asked_as(request) in {"127.0.0.1", "localhost", "::1"}


def _registry() -> CollectorRegistry:
    """The app's own: two apps of one process never add to each other's."""
    found = current_app.extensions.get(REGISTRY)
    if found is None:
        found = CollectorRegistry(auto_describe=False)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=found)
        found.register(Watched(house()))
        current_app.extensions[REGISTRY] = found
    assert isinstance(found, CollectorRegistry)
    return found


class Watched(Collector):
    """Reads the database at each scrape. Where it is away, says so, and nothing else of it."""

    def __init__(self, here: House) -> None:
        self._house = here

    def describe(self) -> Iterable[Metric]:
        return []  # registering asks nothing of the database

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("thrive", "The version that runs.", value={"version": version("thrive-in-touch")})
        try:
            found = watch.measure(self._house)
        except DatabaseError as fault:
            log.error("nothing measured", fault=type(fault).__name__)
            yield GaugeMetricFamily("thrive_database_up", UP, value=0)
            return
        yield GaugeMetricFamily("thrive_database_up", UP, value=1)
        yield from _alive(self._house, found)
        yield from _messages(found)
        yield from _people_wait(found)
        yield from _kept(found)


UP: Final = "1 where the database answered this scrape."


def _alive(here: House, found: Measured) -> Iterator[Metric]:
    vitals = found.health.vitals
    beats = {part: _age(found, vitals.beats.get(part)) for part in watch.parts(here)}
    yield _gauge("thrive_heartbeat_age_seconds", "Since a part last said that it lives; +Inf: never.", "part", beats)
    yield GaugeMetricFamily(
        "thrive_dispatcher_lag_seconds",
        "How long the oldest message that could leave has waited, check-ins left out.",
        value=0.0 if vitals.due_since is None else _age(found, vitals.due_since),
    )
    failing = {name: _age(found, at) for name, at in watch.failing(vitals)}
    yield _gauge(
        "thrive_clock_work_failing_seconds", "Since a kind of the clock's work began to fail.", "work", failing
    )
    yield GaugeMetricFamily("thrive_paused", "1 where nothing is sent until `thrive resume`.", value=int(vitals.paused))


def _messages(found: Measured) -> Iterator[Metric]:
    counts = found.counts
    yield _gauges(
        "thrive_outbox_messages", "Messages that have not ended, or that only a person can end.", ("class", "state"),
        counts.outbox,
    )  # fmt: skip
    kinds = sorted({kind for kind, _ in counts.outbox})
    ages = {kind: _age(found, counts.due_since[kind]) if kind in counts.due_since else 0.0 for kind in kinds}
    yield _gauge("thrive_outbox_oldest_unsent_seconds", "How long the oldest that could leave waits.", "class", ages)
    for state in ("unknown", "held"):
        number = sum(count for (_, of), count in counts.outbox.items() if of == state)
        yield GaugeMetricFamily(f"thrive_outbox_{state}", f"Messages that are {state}, of all classes.", value=number)
    yield _gauge("thrive_inbox_messages", "Families' messages not handled yet, or given up.", "state", counts.inbox)
    yield _gauges(
        "thrive_provider_receipts_last_hour", "What the provider told of messages in the last hour.",
        ("status", "code"), counts.receipts,
    )  # fmt: skip
    yield _gauges(
        "thrive_provider_errors_last_hour", "Messages tried in the last hour that have an error code, as they stand.",
        ("state", "code"), counts.refusals,
    )  # fmt: skip


def _people_wait(found: Measured) -> Iterator[Metric]:
    waiting = found.health.vitals.escalations
    yield _gauge(
        "thrive_escalations_unacknowledged", "Cases that are told of and that nobody has acknowledged.", "level",
        {level: one.count for level, one in waiting.items()},
    )  # fmt: skip
    yield _gauge(
        "thrive_escalations_oldest_unacknowledged_seconds", "Since the oldest of them is told of.", "level",
        {level: 0.0 if one.since is None else _age(found, one.since) for level, one in waiting.items()},
    )  # fmt: skip
    yield GaugeMetricFamily(
        "thrive_escalations_nobody_reached", "Of them, those of which everyone was told.",
        value=sum(one.unreached for one in waiting.values()),
    )  # fmt: skip
    yield _gauge("thrive_cases_overdue", "Cases that nobody looked at in time.", "level", found.counts.overdue)


def _kept(found: Measured) -> Iterator[Metric]:
    yield GaugeMetricFamily("thrive_database_bytes", "What the database takes.", value=found.database_bytes)
    if found.health.free_bytes is not None:
        yield GaugeMetricFamily("thrive_disk_free_bytes", "Free on the database's disk.", value=found.health.free_bytes)
    if found.last_backup_at is not None:
        age = _age(found, found.last_backup_at)
        yield GaugeMetricFamily("thrive_backup_age_seconds", "Since `thrive backup` last ended well.", value=age)


def _age(found: Measured, at: datetime | None) -> float:
    return NEVER if at is None else (found.health.vitals.now - at).total_seconds()


def _gauge(name: str, told: str, label: str, values: Mapping[Any, float]) -> Metric:
    return _gauges(name, told, (label,), {(key,): value for key, value in values.items()})


def _gauges(name: str, told: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(list(key), value)
    return family
