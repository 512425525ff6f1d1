"""Whether it lives and whether it is well, for whoever runs it: `/healthz`, `/readyz`. No sign-in, no words."""

from collections.abc import Iterable, Set
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from flask import Blueprint, Request, Response, jsonify

from bot import watch
from bot.store.database import DatabaseError
from bot.watch import Alert, Health
from bot.web.here import house
from bot.web.security import serves_machines

log = structlog.get_logger()
PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_ASKED_AS = "thrive.asked_as"
pages = serves_machines(Blueprint("health", __name__))
WHY = {
    "clock": "The clock is late: no check-ins, no alerts to staff, no second tries.",
    "work": "Part of the clock's work fails.",
    "dispatcher": "The dispatcher is late: no text leaves.",
    "email": "The sender of emails is late.",
    "queue": "A message has waited to leave for more than two minutes.",
    "paused": "Sending is paused since a restore. `thrive resume` lets it go on.",
    "disk": "The database's disk is nearly full.",
    "full": "The database's disk is full: nothing is taken in until there is room.",
    "database": "The database does not answer.",
}


@pages.get("/healthz")
def healthz() -> Response:
    """This process answers; nothing else is asked."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
def readyz() -> tuple[Response, int]:
    """What a family and the team depend on, part by part; 503 with the reasons where one is away, late or paused."""
    try:
        health = watch.look(house())
    except DatabaseError as fault:
        log.error("not ready", what="database", fault=type(fault).__name__)
        return jsonify({"ready": False, "database": "away", "reasons": [_reason("database")]}), 503
    report = _report(health)
    return jsonify(report), 200 if report["ready"] else 503


def _report(health: Health) -> dict[str, object]:
    wrong = {alert.kind for alert in health.alerts}
    due = health.vitals.due_since
    lag = 0.0 if due is None else (health.vitals.now - due).total_seconds()
    return {
        "ready": not wrong,
        "database": "ok",
        "clock": "late" if "clock" in wrong else "failing" if "work" in wrong else "ok",
        "dispatcher": "late" if wrong & {"dispatcher", "email", "queue"} else "ok",
        "dispatcher_lag_seconds": round(lag, 1),
        "paused": health.vitals.paused,
        "disk": _disk(health, wrong),
        "reasons": [_reason(alert.kind, alert) for alert in health.alerts],
    }


def _disk(health: Health, wrong: Set[str]) -> str:
    if "full" in wrong:
        return "full"
    return "unknown" if health.free_bytes is None else "nearly full" if "disk" in wrong else "ok"


def _reason(what: str, alert: Alert | None = None) -> dict[str, str]:
    told = {"what": what, "why": WHY[what]}
    if alert is not None and alert.work:
        told["work"] = alert.work
    if alert is not None and alert.since is not None:
        told["since"] = alert.since.isoformat(timespec="seconds")
    return told


class AnyName:
    """Lets what watches us ask by any name, an address most often; every other page answers to our own names alone."""

    def __init__(self, app: WSGIApplication, public_url: str) -> None:
        self._app = app
        self._host = urlsplit(public_url).netloc

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PATHS:
            environ = {**environ, _ASKED_AS: environ.get("HTTP_HOST", ""), "HTTP_HOST": self._host}
        return self._app(environ, start_response)


def asked_as(asked: Request) -> str:
    """The name that whoever asks knows us by, without its port; nothing where it cannot be read."""
    try:
        return urlsplit(f"//{asked.environ.get(_ASKED_AS, asked.host)}").hostname or ""
    except ValueError:
        return ""
