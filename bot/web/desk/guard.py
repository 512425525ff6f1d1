"""The desk's door: every address names the permission it needs, and is refused without a name, a session or the right.

The session's token is in one cookie, HttpOnly and `SameSite=Lax`. Strict would sign a worker out of every link that
reaches them by email or chat; what Lax lets through, a GET from elsewhere, changes nothing, and each POST is guarded
by Fetch-Metadata and a form token (bot.web.security).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

import structlog
from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup
from werkzeug.exceptions import Forbidden, HTTPException, NotFound, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from bot import watch
from bot.alerts import answering
from bot.casework import accounts
from bot.casework.accounts import SignedIn
from bot.casework.handing import CALLED
from bot.casework.permissions import Permission, may
from bot.casework.work import OUTCOMES, KeyLost, NoSuchCase
from bot.clock import LONDON, local_date
from bot.web.desk import band_words as band
from bot.web.desk import entry_words, words
from bot.web.here import house
from bot.web.security import SAFE_METHODS, CameFromElsewhere
from bot.web.templating import day, moment

log = structlog.get_logger()
pages = Blueprint("desk", __name__, url_prefix="/desk")

ANYONE: Final = "anyone"  # the sign-in page alone
View = TypeVar("View", bound=Callable[..., Any])

MENU: Final[tuple[tuple[str, str, str, Permission], ...]] = (
    ("inbox", "desk.inbox", "Inbox", "cases.read"),
    ("search", "desk.search", "Search", "people.search"),
    ("conversations", "desk.conversations", "Conversations", "conversations.read"),
    ("no-replies", "desk.no_replies", "No replies", "list.read"),
    ("enrol", "desk.enrol", "Enrol", "people.enrol"),
    ("enrolments", "desk.enrolments", "Enrolments", "ledger.read"),
    ("ledger", "desk.ledger", "Ledger", "ledger.read"),
    ("directory", "desk.directory", "Directory", "directory.read"),
    ("reviews", "desk.reviews", "Reviews", "reviews.read"),
    ("flows", "desk.flows", "Flows", "flows.read"),
    ("programmes", "desk.programmes", "Programmes", "flows.read"),
    ("counts", "desk.counts_page", "Counts", "counts.read"),
    ("case-system", "desk.case_system", "Case system", "cases.export"),
    ("log", "desk.contact_log", "Contact log", "log.read"),
    ("feedback", "desk.feedback_list", "Feedback", "feedback.answer"),
    ("team", "desk.team", "Team", "team.away"),
    ("audit", "desk.audit", "Audit", "audit.read"),
    ("staff", "desk.staff", "Staff", "users.manage"),
    ("told", "desk.told", "Who is told", "contacts.manage"),
)


class SignedOut(Unauthorized):
    """A change was sent by nobody: the session ended, or there never was one."""

    description = "You are signed out, so what you sent was not taken."


class WrongRole(Forbidden):
    """Signed in, without the permission that the page names."""

    description = "Your role does not open this page."


def needs(permission: Permission | Literal["anyone"], *, polled: bool = False) -> Callable[[View], View]:
    """Mark a view with the permission it needs. `polled`: pages ask it by themselves, so it keeps no session awake."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        view.polled = polled  # type: ignore[attr-defined]
        return view

    return mark


def every_view_is_named(state: BlueprintSetupState) -> None:
    """Refuse to build an app with a desk address that names no permission."""
    for endpoint, view in state.app.view_functions.items():
        if endpoint.startswith(f"{pages.name}.") and getattr(view, "permission", None) is None:
            raise RuntimeError(f"{endpoint} names no permission: mark it with needs(...)")


@pages.before_request
def check() -> AnyResponse | None:
    view = current_app.view_functions[str(request.endpoint)]
    permission = getattr(view, "permission", None)
    if permission is None:
        raise RuntimeError(f"{request.endpoint} names no permission")
    if permission == ANYONE:
        return None
    g.signed_in = who_sits_here(busy=not getattr(view, "polled", False))
    if g.signed_in is None:
        if request.method not in SAFE_METHODS:
            raise SignedOut
        return redirect(_sign_in_and_back(), 303)
    if not may(g.signed_in.staff.role, permission):
        log.warning("refused", view=request.endpoint, permission=permission, staff=g.signed_in.staff.id)
        raise WrongRole
    return None


def who_sits_here(*, busy: bool = True) -> SignedIn | None:
    token = request.cookies.get(cookie_name())
    return accounts.who_is(house(), token, busy=busy) if token else None


def me() -> SignedIn:
    """Who is signed in, in a view that needs a permission."""
    signed_in = g.signed_in
    assert isinstance(signed_in, SignedIn)
    return signed_in


def cookie_name() -> str:
    """`__Host-` binds a cookie to this host and to https; a browser keeps no such cookie over plain http."""
    return "__Host-desk" if house().settings.secure else "desk"


def keep_signed_in(response: AnyResponse, signed_in: SignedIn) -> AnyResponse:
    """The session's token to the browser. No Max-Age: it ends with the browser, and the server ends it after half an
    hour of nothing anyway."""
    secure = house().settings.secure
    response.set_cookie(cookie_name(), signed_in.token, path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def forget_here(response: AnyResponse) -> AnyResponse:
    """After signing out: the cookie goes, and whatever the browser kept of our pages. Not "cookies": that would take
    those of the council's other sites too."""
    secure = house().settings.secure
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def own_path(text: str | None) -> str | None:
    """`text` where it is an address of the desk to go on to after signing in, else None.

    Browsers read a backslash as a slash and drop control characters: either could turn a path into another host.
    """
    if text is None or len(text) > 500 or not text.isascii() or not text.isprintable():
        return None
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or "\\" in text or "//" in parts.path or ".." in parts.path.split("/"):
        return None
    inside = parts.path == pages.url_prefix or parts.path.startswith(f"{pages.url_prefix}/")
    signing = parts.path.startswith(f"{pages.url_prefix}/sign-")
    return text if inside and not signing else None


def home_of(role: str) -> str:
    """The first page of the menu that a role may open."""
    found = next((endpoint for _, endpoint, _, permission in MENU if may(role, permission)), None)
    return url_for(found) if found else url_for("desk.sign_in")


def _sign_in_and_back() -> str:
    here = request.full_path.rstrip("?")
    back = own_path(here) if here != pages.url_prefix and request.endpoint != "desk.count" else None
    return url_for("desk.sign_in") + (f"?{urlencode({'next': back})}" if back else "")


@pages.context_processor
def frame() -> dict[str, Any]:
    """What the layout and every page's words are made of."""
    signed_in: SignedIn | None = g.get("signed_in")
    now = house().clock.now()
    common: dict[str, Any] = {
        "w": words,
        "ew": entry_words,
        "outcomes": OUTCOMES,
        "call_outcomes": CALLED,
        "exact": exact,
        "when": when(now),
        "on": day_of(now),
    }
    if signed_in is None:
        return {**common, "user": None, "menu": (), "alert": "", "may": lambda _permission: False}
    role = signed_in.staff.role
    return {
        **common,
        "user": signed_in.staff,
        "menu": [(key, url_for(endpoint), text) for key, endpoint, text, permission in MENU if may(role, permission)],
        "alert": _alert(signed_in),
        "may": lambda permission: may(role, permission),
    }


def when(now: datetime) -> Callable[[datetime], str]:
    """Instants as people say them, with the year where it is not this one: a family's story lasts longer."""
    this_year = local_date(now).year

    def say(at: datetime) -> str:
        year = local_date(at).year
        return moment(at) if year == this_year else f"{moment(at)} {year}"

    return say


def day_of(now: datetime) -> Callable[[datetime], str]:
    """The local day of an instant, for what is planned for a day and no hour: "Monday 25 October"."""
    this_year = local_date(now).year

    def say(at: datetime) -> str:
        on = local_date(at)
        return day(on) if on.year == this_year else f"{day(on)} {on.year}"

    return say


def exact(at: datetime) -> str:
    """An instant for tables and evidence, London time: "23 Nov 2026, 11:35:02"."""
    return at.astimezone(LONDON).strftime("%d %b %Y, %H:%M:%S").lstrip("0")


def _alert(by: SignedIn) -> Markup | str:
    role = by.staff.role
    health, (unreached, shut) = watch.look(house()), answering.nobody_reached(house(), by)
    found = [alert for alert in health.alerts if alert.kind in band.LATE]
    if not found and not unreached:
        return ""
    # not render_template: that would ask `frame` again
    told = current_app.jinja_env.get_template("desk/alert.html").render(
        alerts=found, unreached=unreached, shut=shut, urgent=health.vitals.urgent, w=words, band=band,
        acts=_acts(found), nobody_told=any(alert.kind in band.NOBODY_TOLD for alert in found),
        may=lambda permission: may(role, permission),
    )  # fmt: skip
    return Markup(told.strip())  # noqa: S704


def _acts(found: list[watch.Alert]) -> list[str]:
    """What to do about all of them, each once: who telephones has the inbox open anyway."""
    acts = dict.fromkeys(band.LATE[alert.kind][3] for alert in found)
    return [act for act in acts if act and not (act == band.LOOK and band.TELEPHONE in acts)]


def what_is_late() -> str:
    """What the red band of a page made now would say first of each fault; nothing where all is well."""
    found = [alert for alert in watch.look(house()).alerts if alert.kind in band.LATE]
    return " ".join(band.LATE[alert.kind][0] for alert in found)


def refused(fault: HTTPException) -> tuple[str, int] | Response:
    """One page for what cannot be opened or was not taken. Words that came with a form are given back to be copied."""
    code = fault.code or 500
    kept = ""
    if request.method == "POST" and code in {401, 403} and not isinstance(fault, CameFromElsewhere):
        kept = request.form.get("words", "")
    own_words = isinstance(fault, Forbidden | Unauthorized)
    return render_template(
        "desk/refused.html", code=code, told=fault.description if own_words else "", kept=kept,
        wrong_role=isinstance(fault, WrongRole),
    ), code  # fmt: skip


def cannot_be_opened(fault: KeyLost) -> tuple[str, int]:
    """A key is lost, and the page cannot do without what it sealed. Nothing of what was asked for was done."""
    log.error("a page needs a lost key", endpoint=request.endpoint, fault=type(fault).__name__)
    kept = request.form.get("words", "") if request.method == "POST" else ""
    return render_template("desk/refused.html", code=500, told=words.KEY_LOST, kept=kept, wrong_role=False), 500


def no_such_case(_fault: NoSuchCase) -> tuple[str, int] | Response:
    return refused(NotFound())


pages.register_error_handler(NoSuchCase, no_such_case)
pages.register_error_handler(KeyLost, cannot_be_opened)
for _code in (400, 401, 403, 404, 405):
    pages.register_error_handler(_code, refused)
