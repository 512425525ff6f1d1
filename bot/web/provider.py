"""A provider's private link: their own entries, to confirm or correct. Looking changes nothing.

The address is the key. `Referrer-Policy: same-origin`, which every page has, tells it to no other site.
"""

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot.publishing import providers
from bot.publishing.providers import NoSuchLink, Opened
from bot.web.here import house
from directory.service import ACCEPTING
from directory.written import FIELDS, NotSo, cells_of

pages = Blueprint("provider", __name__, url_prefix="/provider")
ASKED = tuple(name for name in FIELDS if name != "needs")


@pages.get("/<token>")
def own_entries(token: str) -> AnyResponse:
    return _page(token, providers.open_link(house(), token))


@pages.post("/<token>")
def change(token: str) -> AnyResponse:
    """`act`: right (as it stands), show (its form), or correct (what the form holds)."""
    service_id, act = request.form.get("id", "")[:80], request.form.get("act", "")
    opened = providers.open_link(house(), token)
    theirs = next((one for one in opened.entries if one.service.id == service_id), None)
    if theirs is None:
        raise NoSuchLink
    if act == "right":
        providers.confirm(house(), token, service_id)
        return _page(token, providers.open_link(house(), token), done="right", about=theirs.service.name)
    if act != "correct":
        return _form(token, opened, service_id, cells_of(theirs.waits or theirs.service), {})
    given = {name: request.form.get(name, "").strip() for name in ASKED}
    try:
        at_once = providers.correct(house(), token, service_id, given)
    except NotSo as fault:
        return _form(token, opened, service_id, given, fault.faults)
    done = "corrected" if at_once else "waits"
    return _page(token, providers.open_link(house(), token), done=done, about=theirs.service.name)


@pages.errorhandler(NoSuchLink)
def no_such_link(_fault: NoSuchLink) -> AnyResponse:
    """One answer for a link that never was, one that is over, and an entry of somebody else's."""
    return Response(render_template("provider/over.html"), 404)


def _page(token: str, opened: Opened, *, done: str = "", about: str = "") -> AnyResponse:
    return Response(render_template("provider/entries.html", token=token, opened=opened, done=done, about=about))


def _form(token: str, opened: Opened, service_id: str, given: dict[str, str], faults: dict[str, str]) -> AnyResponse:
    page = render_template(
        "provider/correct.html", token=token, opened=opened, id=service_id, given=given, errors=faults,
        error=bool(faults), accepting=ACCEPTING,
    )  # fmt: skip
    return Response(page, 400 if faults else 200)
