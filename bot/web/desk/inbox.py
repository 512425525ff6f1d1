"""The inbox: who waits, how grave, why, and by when somebody must look."""

from datetime import timedelta
from urllib.parse import urlencode

from flask import Response, abort, jsonify, render_template, request, url_for

from bot import keywords
from bot.casework import inbox as lists
from bot.casework import restricting, second_person
from bot.casework.work import because_of
from bot.refs import read_ref
from bot.web.desk import pathway as way
from bot.web.desk.guard import me, needs, pages, what_is_late
from bot.web.here import house

SHOWN_CHARACTERS = 280  # the first lines; the whole is on the case's own page
TABS = {"all": "Open", "mine": "Mine", "unclaimed": "Not claimed", "closed": "Closed"}
KINDS = ("escalation", "referral", "professional", "request")
LONGEST_TEAM = 80
WAITS = {"us": "The family waits for us", "family": "We wait for the family"}
HIGHEST_ID = 2**31 - 1


def page_number() -> int:
    """The page asked for, from 1; anything unreadable is the first."""
    asked = request.args.get("page", default=1, type=int)
    return asked if 1 <= asked <= 100_000 else 1


def first_lines(text: str) -> tuple[str, bool]:
    """The beginning of a family's words, cut at a space, and whether more follows."""
    if len(text) <= SHOWN_CHARACTERS:
        return text, False
    cut = text.rfind(" ", SHOWN_CHARACTERS // 2, SHOWN_CHARACTERS)
    return text[: cut if cut > 0 else SHOWN_CHARACTERS].rstrip(), True


def left_in_words(left: timedelta, *, working: bool) -> str:
    """Time that is left, to the minute below, as the inbox says it: "4 hours 5 minutes of working time left"."""
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    told = [f"{n} {unit}" + ("" if n == 1 else "s") for n, unit in ((hours, "hour"), (minutes, "minute")) if n]
    return f"{' '.join(told) or 'No time'}{' of working time' if working else ''} left"


def _only() -> lists.CasesOnly:
    """`kind`, one of KINDS; `team`, any name, or `-` for none; `waits`, one of WAITS. Anything else filters nothing."""
    kind, waits = request.args.get("kind"), request.args.get("waits")
    team = request.args.get("team", "").strip()[:LONGEST_TEAM]
    return lists.CasesOnly(
        kind=kind if kind in KINDS else None, team=team or None, waits=waits if waits in WAITS else None
    )  # fmt: skip


@pages.get("")
@needs("cases.read")
def inbox() -> str:
    """`show`, one of TABS; `kind`, `team` and `waits` filter; `whole`, a section above the
    cases that is shown to its end."""
    asked = request.args.get("show", "all")
    which = next((w for w in lists.WHICH if w == asked), lists.WHICH[0])
    whole = next((section for section in lists.SECTIONS if section == request.args.get("whole")), None)
    found = lists.inbox(house(), me(), which=which, page=page_number(), whole=whole, only=_only())
    return render_template(
        "desk/inbox.html", section="inbox", inbox=found, tabs=TABS, me=me().staff.id, because_of=because_of,
        first_lines=first_lines, way=way, keywords=keywords.looked_up(house()), case_kinds=KINDS, waits=WAITS,
        no_team=lists.NO_TEAM, left=left_in_words, address=_address,
        opened=restricting.told_of(house(), me()), to_confirm=second_person.waiting_for(house(), me()),
    )  # fmt: skip


def _address(only: lists.CasesOnly, **more: str) -> str:
    """The inbox as it is asked for now, with something else changed."""
    asked = {"kind": only.kind, "team": only.team, "waits": only.waits, **more}
    given = {name: value for name, value in asked.items() if value}
    return url_for("desk.inbox") + (f"?{urlencode(given)}" if given else "")


@pages.get("/count")
@needs("cases.read", polled=True)
def count() -> Response:
    """What a page asks by itself: how many cases came since, and whether its own case changed."""
    after, version, heard = (request.args.get(name, default=0, type=int) for name in ("after", "version", "heard"))
    event = request.args.get("event", type=int)
    if not all(0 <= number <= HIGHEST_ID for number in (after, version, heard, event or 0)):
        abort(400)
    ref = request.args.get("case")
    news = lists.news(
        house(), me(), after_id=after, event=event, ref=read_ref(ref) if ref else None, version=version, heard=heard
    )  # fmt: skip
    urgent = news.fresh.get("urgent", 0)
    return jsonify(
        {
            "fresh": sum(news.fresh.values()), "urgent": urgent, "changed": news.changed, "wrote": news.wrote,
            "late": what_is_late(), "looking": news.looking,
        }
    )  # fmt: skip
