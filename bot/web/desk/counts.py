"""The counts: one page, and the same as a sheet. Numbers alone."""

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from flask import Response, render_template, request

from bot import browsing
from bot.casework import case_sheet, said
from bot.clock import local_date
from bot.insight import counting
from bot.insight.counting import Asked, Counts
from bot.insight.figures import BASE, LEAST_FOR_MEDIAN, LONGER, NOT_LOOKED, UNKNOWN
from bot.web.desk.guard import me, needs, pages
from bot.web.here import house

WAITS: Final = {
    "within-1": "Within 1 working hour", "within-2": "Within 2", "within-4": "Within 4", "within-8": "Within 8",
    LONGER: "More than 8", NOT_LOOKED: "Nobody has looked yet",
}  # fmt: skip
PROMISES: Final = {
    "kept": "By the time that was promised", "late": "Later than was promised", "waiting": "Waiting, not late",
    "waiting-late": "Waiting, and late",
}  # fmt: skip
TITLES: Final = {
    "week": "By week", "kind": "By kind", "need": "By need", "locality": "By locality",
    "wait": "Time to first look, in working hours", "promise": "First look, by what the family was told",
}  # fmt: skip
HEADS: Final = {
    "week": "Week of", "kind": "Kind", "need": "Need", "locality": "Locality", "wait": "Working hours",
    "promise": "First look",
}  # fmt: skip


@pages.get("/counts")
@needs("counts.read")
def counts_page() -> str | tuple[str, int]:
    """`first` and `last`, a day of the first and of the last week; `kind`, `locality`."""
    asked, errors = _asked()
    found = counting.counts(house(), me(), asked)
    page = render_template(
        "desk/counts.html", section="counts", counts=found, asked=asked, errors=errors, error=bool(errors),
        given=request.args, kinds=said.KINDS, words=_words(), titles=TITLES, heads=HEADS, base=BASE,
        last_day=asked.last + timedelta(days=6), most=counting.MOST_CASES, on_week=_week,
    )  # fmt: skip
    return (page, 400) if errors else page


@pages.get("/counts.csv")
@needs("counts.read")
def counts_sheet() -> Response:
    asked, errors = _asked()
    if errors:
        return Response("\n".join(errors.values()) + "\n", 400, mimetype="text/plain")
    found = counting.counts(house(), me(), asked, how="counts.export")
    name = f"counts-{asked.first.isoformat()}-{asked.last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": "text/csv; charset=utf-8"}
    return Response(_sheet(found).encode("utf-8-sig"), headers=headers)


def _sheet(found: Counts) -> str:
    """One line a number: the table, the group, and its cases, rounded as on the page."""
    made, words = io.StringIO(), _words()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(["table", "group", f"cases, rounded to a multiple of {BASE}"])
    asked, figures = found.asked, found.figures
    writer.writerow(["all", f"{asked.first.isoformat()} to {asked.last + timedelta(days=6)}", figures.total])
    for table in figures.tables:
        for line in table.lines:
            group = line.group if table.by == "week" else words[table.by].get(line.group, line.group)
            writer.writerow([HEADS[table.by], group, line.cases])
    too_few = f"not told of fewer than {LEAST_FOR_MEDIAN}"
    hours = too_few if figures.median_hours is None else figures.median_hours
    writer.writerow(["Median working hours to the first look", "", hours])
    writer.writerow(["Cases whose need is not read yet", "", figures.unread])
    return made.getvalue()


def _week(monday: str) -> str:
    """ "16 November 2026", of a Monday as it is counted."""
    on = date.fromisoformat(monday)
    return f"{on.day} {on:%B %Y}"


def _words() -> Mapping[str, Mapping[str, str]]:
    """What a table's groups are called, by table."""
    labels = {need.id: need.label for group in browsing.need_groups(house()) for need in group.needs}
    return {
        "week": {}, "kind": said.KINDS, "need": labels, "locality": {UNKNOWN: "Not known"}, "wait": WAITS,
        "promise": PROMISES,
    }  # fmt: skip


def _asked() -> tuple[Asked, dict[str, str]]:
    """What is asked for; where it cannot be, the usual weeks, with what is wrong by field."""
    usual = counting.usual(local_date(house().clock.now()))
    errors: dict[str, str] = {}
    weeks = {"first": usual.first, "last": usual.last}
    for name, of_itself in weeks.items():
        text = request.args.get(name, "").strip()
        on = case_sheet.read_day(text) if text else of_itself
        if on is None:
            errors[name] = f"Enter a day of that week, such as {of_itself.isoformat()}."
        else:
            weeks[name] = counting.monday(on)
    span = (weeks["last"] - weeks["first"]).days // 7
    if not errors and not 0 <= span < counting.MOST_WEEKS:
        errors["last"] = f"Choose a week from the first on, at most {counting.MOST_WEEKS} weeks in all."
    kind, locality = request.args.get("kind", ""), request.args.get("locality", "")
    here = house()
    if kind and kind not in said.KINDS:
        errors["kind"] = "Choose a kind of the list."
    if locality and locality not in here.live.of(here.db).compiled.council.localities:
        errors["locality"] = "Choose a locality of the list."
    if errors:
        return usual, errors
    return Asked(first=weeks["first"], last=weeks["last"], kind=kind, locality=locality), {}
