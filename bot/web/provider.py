"""A provider's private link: their own entries, to confirm or correct. Looking changes nothing.

Words of danger in what else is wrong are answered, and reach the desk as a case, whatever else the form holds.
The address is the key. `Referrer-Policy: same-origin`, which every page has, tells it to no other site.
"""

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot.browsing import need_groups
from bot.casework import unnamed
from bot.casework.unnamed import SafetyWords
from bot.publishing import providers
from bot.publishing.entries import ChangedSince
from bot.publishing.providers import NoSuchLink, Opened, Theirs
from bot.refs import new_ref, read_ref
from bot.web.here import house
from bot.web.templating import language
from directory.changes import Told, told
from directory.service import ACCEPTING, Service
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
    theirs = _theirs(opened, service_id)
    name, seen = theirs.service.name, request.form.get("seen", "")
    if act == "right":
        try:
            providers.confirm(house(), token, service_id, seen=seen)
        except ChangedSince:
            return _page(token, providers.open_link(house(), token), done="late", about=name, status=409)
        return _page(token, providers.open_link(house(), token), done="right", about=name)
    if act != "correct":
        return _form(token, theirs, {**cells_of(theirs.waits or theirs.service), "words": theirs.words}, {})
    given = {field: request.form.get(field, "").strip() for field in (*ASKED, "words")}
    cells = {field: given[field] for field in ASKED}
    ref = read_ref(request.form.get("ref", "")) or new_ref()
    safety = unnamed.answer(
        house(), ref, given["words"], about=f"{name} of {opened.organisation}", language=language(),
        where=unnamed.PROVIDER,
    )  # fmt: skip
    try:
        at_once = providers.correct(house(), token, service_id, cells, seen=seen, words=given["words"])
    except NotSo as fault:
        return _form(token, theirs, given, fault.faults, seen=seen, safety=safety, ref=ref)
    except ChangedSince:
        # What they typed stays, beside what the entry says now: sent again, it is what they want of that.
        found = _theirs(providers.open_link(house(), token), service_id)
        now = cells_of(found.service)
        stands = {name: now[name] for name in ASKED if given[name] != now[name]}
        return _form(token, found, given, {}, stands=stands, safety=safety, ref=ref)
    done = "waits" if not at_once else "told" if given["words"] else "corrected"
    return _page(token, providers.open_link(house(), token), done=done, about=name, safety=safety)


@pages.errorhandler(NoSuchLink)
def no_such_link(_fault: NoSuchLink) -> AnyResponse:
    """One answer for a link that never was, one that is over, and an entry of somebody else's."""
    return Response(render_template("provider/over.html"), 404)


def _page(
    token: str, opened: Opened, *, done: str = "", about: str = "", status: int = 200,
    safety: SafetyWords | None = None,
) -> AnyResponse:  # fmt: skip
    page = render_template(
        "provider/entries.html", token=token, opened=opened, done=done, about=about, told=_told,
        need_names=_need_names(), safety=safety,
    )  # fmt: skip
    return Response(page, status)


def _theirs(opened: Opened, service_id: str) -> Theirs:
    """One entry of what the link opens. Raises NoSuchLink."""
    found = next((one for one in opened.entries if one.service.id == service_id), None)
    if found is None:
        raise NoSuchLink
    return found


def _form(
    token: str, theirs: Theirs, given: Mapping[str, str], faults: Mapping[str, str], *, seen: str = "",
    stands: Mapping[str, str] | None = None, safety: SafetyWords | None = None, ref: str = "",
) -> AnyResponse:  # fmt: skip
    """`seen`: what the form was made of, where another than what stands now. `stands`: somebody changed the entry
    meanwhile, and this is what it says of each field where it differs. `ref`: the posted form's own, so that the same
    words posted again from here are the same case."""
    page = render_template(
        "provider/correct.html", token=token, theirs=theirs, given=given, errors=faults,
        error=bool(faults) or stands is not None, stands=stands,
        accepting=ACCEPTING, told=[one for one in _told(theirs.service) if one.field not in ASKED],
        seen=seen or theirs.seen, need_names=_need_names(), safety=safety, ref=ref or new_ref(),
    )  # fmt: skip
    return Response(page, 409 if stands is not None else 400 if faults else 200)


def _told(service: Service) -> list[Told]:
    """All that is told of it; its name and its last check stand above."""
    return [one for one in told(service) if one.field not in {"name", "organisation", "assured_on"}]


def _need_names() -> dict[str, str]:
    return {need.id: need.label for group in need_groups(house()) for need in group.needs}
