"""An id for each request: on its answer, on each of its log lines, and on the lines of the turn it caused.

It stands outermost, so that what is refused before any view has an id too.
"""

import time
from collections.abc import Iterable, Sequence
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from flask import Flask, Response, request

from bot.logs import new_id, plain_id
from bot.web.proxies import named, networks

log = structlog.get_logger()
HEADER = "X-Request-ID"
QUIET = frozenset({"assets.file", "health.healthz", "health.readyz", "metrics.metrics"})  # asked every few seconds


class Traced:
    """Gives each request its id. One that came with it is kept only if a named proxy sent it and it is plainly an id:
    from anyone else it is whatever they wrote, and would stand in the logs."""

    def __init__(self, app: WSGIApplication, proxies: Sequence[str]) -> None:
        """Raises ValueError for what is neither an address nor a network."""
        self._app = app
        self._proxies = networks(proxies)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID")
        trusted = named(str(environ.get("REMOTE_ADDR", "")), self._proxies)
        known = (plain_id(given) if trusted else None) or new_id()
        structlog.contextvars.clear_contextvars()  # the thread served another before
        structlog.contextvars.bind_contextvars(request_id=known)

        def start(status: str, headers: list[tuple[str, str]], *more: object) -> object:
            kept = [(name, value) for name, value in headers if name.lower() != HEADER.lower()]
            return start_response(status, [*kept, (HEADER, known)], *more)  # type: ignore[arg-type]

        return self._app(environ, start)  # type: ignore[arg-type]


def trace(app: Flask, proxies: Sequence[str]) -> None:
    """One line for each request: which view, how it ended, how long. No address: that may hold what somebody typed."""

    def begin() -> None:
        request.environ["thrive.began"] = time.monotonic()

    def tell(response: Response) -> Response:
        if request.endpoint not in QUIET:
            seconds = time.monotonic() - request.environ.get("thrive.began", time.monotonic())
            log.info(
                "request", view=request.endpoint, method=_method(request.method), status=response.status_code,
                seconds=round(seconds, 3),
            )  # fmt: skip
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(tell)
    app.wsgi_app = Traced(app.wsgi_app, proxies)  # type: ignore[method-assign]


def _method(method: str) -> str:
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
