"""`POST /api/enrolments`: a case system enrols families by JSON, under a token of its own that the audit knows by name.

Faults are problem details (RFC 9457) with the names of the fields to mend.
"""

import hmac
import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException, InternalServerError

from bot.people import posted
from bot.people.posted import NotTaken, OtherBody, TooMany
from bot.store.database import DATABASE_AWAY
from bot.web.here import house
from bot.web.security import serves_machines

log = structlog.get_logger()
doors = serves_machines(Blueprint("api", __name__, url_prefix="/api"))
POSTS_A_MINUTE: Final = 60  # of one token: a case system that loops must not keep families waiting
PACE: Final = "thrive_api_pace"


class Pace:
    """How many posts each token has made in the minute that runs. One an app; a second process counts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: dict[str, tuple[datetime, int]] = {}

    def wait(self, name: str, now: datetime) -> int:
        """Seconds to wait; 0 lets this one through and counts it."""
        with self._lock:
            since, count = self._minutes.get(name, (now, 0))
            if now - since >= timedelta(minutes=1):
                since, count = now, 0
            if count >= POSTS_A_MINUTE:
                return max(1, 60 - int((now - since).total_seconds()))
            self._minutes[name] = (since, count + 1)
            return 0


@doors.record_once
def _pace(state: BlueprintSetupState) -> None:
    state.app.extensions[PACE] = Pace()


class Refusal(Exception):
    """This post is not taken, and why."""

    def __init__(self, status: int, told: str, *, field: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(told)
        self.status, self.told, self.field, self.headers = status, told, field, headers or {}


@doors.post("/enrolments")
def enrolments() -> Response:
    """200 with an answer a row. 400, 401, 409, 413, 415 and 429 as problem details; then nothing was taken."""
    name, key = _checked()
    request.max_content_length = posted.MOST_BYTES
    body = request.get_data(cache=False)
    try:
        answers = posted.take(house(), name, posted.read_rows(body), key=key, body=body)
    except NotTaken as fault:
        status = 409 if isinstance(fault, OtherBody) else 413 if isinstance(fault, TooMany) else 400
        raise Refusal(status, fault.told, field="Idempotency-Key" if status == 409 else "") from None
    counts = {
        outcome: sum(one["outcome"] == outcome for one in answers)
        for outcome in ("added", "changed", "unchanged", "refused")
    }
    return Response(json.dumps({**counts, "rows": answers}), mimetype="application/json")


def _checked() -> tuple[str, str | None]:
    """The token's name and the post's key, before anything of the body is read."""
    name = _caller(request.headers.get("Authorization", ""))
    if name is None:
        raise Refusal(401, "A token of API_TOKENS is needed.", headers={"WWW-Authenticate": "Bearer"})
    seconds = current_app.extensions[PACE].wait(name, house().clock.now())
    if seconds:
        told = f"At most {POSTS_A_MINUTE} posts a minute; one post may hold {posted.MOST_ROWS} rows."
        raise Refusal(429, told, headers={"Retry-After": str(seconds)})
    if not request.is_json:
        raise Refusal(415, "The body must be JSON, its Content-Type application/json.", field="Content-Type")
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= posted.LONGEST_KEY and key.isascii() and key.isprintable()):
        told = f"A key is 1 to {posted.LONGEST_KEY} letters, digits and signs."
        raise Refusal(400, told, field="Idempotency-Key")
    return name, key


def _caller(header: str) -> str | None:
    """The name of the token. Every token is compared, in constant time, so that the answer tells nothing of any."""
    kind, _, given = header.partition(" ")
    found = None
    for name, token in house().settings.api_tokens:
        if hmac.compare_digest(token.encode(), given.strip().encode("utf-8", "replace")):
            found = name
    return found if kind.casefold() == "bearer" else None


def _problem(status: int, detail: str, *, field: str = "", headers: Mapping[str, str] | None = None) -> Response:
    told: dict[str, Any] = {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status,
                            "detail": detail, "fields": [field] if field else []}  # fmt: skip
    text = json.dumps(told)
    return Response(text, status, headers or {}, content_type="application/problem+json")


_TITLES: Final = {
    400: "Bad Request", 401: "Unauthorized", 409: "Conflict", 413: "Content Too Large", 415: "Unsupported Media Type",
    429: "Too Many Requests", 503: "Service Unavailable",
}  # fmt: skip


@doors.errorhandler(Refusal)
def refusal(found: Refusal) -> Response:
    return _problem(found.status, found.told, field=found.field, headers=found.headers)


@doors.errorhandler(HTTPException)
def fault(problem: HTTPException) -> Response:
    if isinstance(problem, InternalServerError):
        log.error("enrolment post failed", fault=type(problem.original_exception or problem).__name__)
    if problem.code == 413:
        return _problem(413, f"At most {posted.MOST_BYTES // 1024} KB and {posted.MOST_ROWS} rows in one post.")
    return _problem(problem.code or 500, problem.description or problem.name)


def away(problem: Exception) -> Response:
    log.error("enrolment post not taken", fault=type(problem).__name__)
    told = "The database cannot be used just now. Post the same again, with the same key."
    return _problem(503, told, headers={"Retry-After": "10"})


for _fault in DATABASE_AWAY:
    doors.register_error_handler(_fault, away)
