"""What stands before and after every page: who may post, what a browser may load, how large a body may be.

`protect` wires the pure rules of this module into Flask. Posts from browsers must come from our own pages, twice
proven: by the Fetch-Metadata headers (W3C), and by a signed double-submit token (OWASP's CSRF cheat sheet) in a
cookie that, being `__Host-`, no neighbour of our domain can plant. Doors for machines prove themselves otherwise.
"""

import hmac
import secrets
from collections.abc import Callable, Collection, Sequence
from io import BytesIO
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Request, Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.exceptions import Forbidden

MAX_BODY_BYTES = 64 * 1024
View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_FIELD = "csrf_token"  # noqa: S105  # the name of a form field
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105  # the name of a header
YEAR_SECONDS = 365 * 24 * 60 * 60

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")),
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
FEATURES = (
    "camera", "display-capture", "geolocation", "microphone", "payment", "publickey-credentials-create",
    "publickey-credentials-get", "usb",
)  # fmt: skip


class CameFromElsewhere(Forbidden):
    """A browser posted to us from another site's page."""

    description = "This form was sent from another website, so it was not taken."


class FormTooOld(Forbidden):
    """The form's token is missing or not this browser's: cookies were cleared, or the page is from before a change."""

    description = "This page had been open too long, so what you sent was not taken. Go back, and send it again."


def response_headers(*, secure: bool) -> dict[str, str]:
    """The headers of every answer that did not set its own. `secure` says that the service is served over https."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # not no-referrer: that makes browsers send "Origin: null" with our own forms
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": permissions_policy(),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        # a shared telephone's back button must not bring a conversation back
        "Cache-Control": "no-store",
    }
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={2 * YEAR_SECONDS}; includeSubDomains"
    return headers


def permissions_policy(own: Collection[str] = ()) -> str:
    """No page may use any of these but `own`, and those on our own pages alone."""
    return ", ".join(f"{feature}=({'self' if feature in own else ''})" for feature in FEATURES)


def came_from_elsewhere(method: str, *, site: str | None, origin: str | None, host: str) -> bool:
    """Whether a request that may change something was made by another origin's page.

    `site` is Sec-Fetch-Site. Browsers from before 2023 send none: then `origin` must be of our own `host`
    (`name` or `name:port`). What sends neither is no browser with somebody's cookies, and the token still decides.
    """
    if method in SAFE_METHODS:
        return False
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin is not None and urlsplit(origin).netloc != host


class Tokens:
    """Form tokens: a browser's random secret, which it keeps in a cookie, signed for the form by our key."""

    def __init__(self, secret_key: str) -> None:
        self._signer = URLSafeSerializer(secret_key, salt="form-token")

    def issue(self, browser_secret: str) -> str:
        return str(self._signer.dumps(browser_secret))

    def fits(self, token: str, browser_secret: str) -> bool:
        """Whether we signed `token` for the browser that holds `browser_secret`. Any text has an answer."""
        try:
            told = self._signer.loads(token)
        except BadSignature:
            return False
        return isinstance(told, str) and hmac.compare_digest(told.encode(), browser_secret.encode())


def serves_machines(blueprint: Blueprint) -> Blueprint:
    """Mark a blueprint whose callers are programs: they carry no cookies and prove themselves by signature or key.

    They need no form token; a browser on another site's page is refused all the same.
    """
    blueprint.serves_machines = True  # type: ignore[attr-defined]
    return blueprint


class InMemory(Request):
    """A request whose files stay in memory, whatever their size: none is ever on a disk in the clear."""

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return BytesIO()


def takes_files(room: Callable[[], int | None]) -> Callable[[View], View]:
    """Mark a view that files are sent to. `room` says how many bytes this caller may send, None for no more than
    anybody: it is asked before anything of the body is read."""

    def mark(view: View) -> View:
        view.room = room  # type: ignore[attr-defined]
        return view

    return mark


def protect(app: Flask, *, secret_key: str, secure: bool, hosts: Sequence[str] = ()) -> None:
    """Guard every address of `app`, and give its templates `csrf_token()`.

    `secure`: served over https (then cookies say Secure). `hosts`: the names we answer to, where known; a request
    for another name is refused with 400, which shuts the demo to a page that points its own name at loopback.
    """
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY_BYTES
    app.config["MAX_FORM_PARTS"] = 200
    if hosts:
        app.config["TRUSTED_HOSTS"] = list(hosts)
    app.request_class = InMemory
    tokens = Tokens(secret_key)
    cookie = "__Host-form" if secure else "form"
    headers = response_headers(secure=secure)

    def csrf_token() -> str:
        if "form_secret" not in g:
            g.form_secret = request.cookies.get(cookie) or secrets.token_urlsafe(24)
        return tokens.issue(g.form_secret)

    def refuse() -> None:
        if request.method in SAFE_METHODS or request.routing_exception is not None:
            return
        _make_room()
        machine = for_machines(request.blueprints)
        site = request.headers.get("Sec-Fetch-Site")  # only browsers send it
        origin = None if machine else request.headers.get("Origin")
        if came_from_elsewhere(request.method, site=site, origin=origin, host=request.host):
            raise CameFromElsewhere
        if machine:
            return
        token = request.headers.get(TOKEN_HEADER) or request.form.get(TOKEN_FIELD, "")
        if not tokens.fits(token, request.cookies.get(cookie, "")):
            raise FormTooOld

    def finish(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if "form_secret" in g and request.cookies.get(cookie) != g.form_secret:
            response.set_cookie(cookie, g.form_secret, secure=secure, httponly=True, samesite="Lax")
        return response

    app.before_request(refuse)
    app.after_request(finish)
    app.extensions[TOKEN_FIELD] = csrf_token
    app.jinja_env.globals["csrf_token"] = csrf_token


def _make_room() -> None:
    """A body may be larger where the view said so, and this caller may send it. Before anything of it is read."""
    room = getattr(current_app.view_functions.get(str(request.endpoint)), "room", None)
    most = None if room is None else room()
    if most is not None:
        request.max_content_length = most
        # Werkzeug counts what it has read ahead of a file as part of a field.
        request.max_form_memory_size = 8 * MAX_BODY_BYTES


def form_token() -> str:
    """What `csrf_token()` is in templates: the token of this browser, for an answer that is no page."""
    return str(current_app.extensions[TOKEN_FIELD]())


def for_machines(names: Collection[str]) -> bool:
    """Whether any of the blueprints by these names was marked by `serves_machines`."""
    return any(getattr(current_app.blueprints[name], "serves_machines", False) for name in names)
