"""The conversations as authors and workers see them: each flow drawn, with the same in words beside it."""

from typing import Any

from flask import abort, render_template, request
from markupsafe import Markup

from bot.publishing import drafts
from bot.publishing.drafts import Opened, Which
from bot.web.desk.guard import me, needs, pages
from bot.web.here import house

FIRST = "menu"


@pages.get("/flows")
@needs("flows.read")
def flows() -> str:
    """`of`: published (unless told) or draft, the content folder."""
    opened = drafts.view_content(house(), me(), asked_for())
    return render_template("desk/flows.html", section="flows", opened=opened, outlines=_begins(opened))


@pages.get("/flows/drawn")
@needs("flows.read")
def flow_drawn() -> str:
    """`flow` by its name, and `of` as above."""
    name = request.args.get("flow", FIRST)
    opened = drafts.view_content(house(), me(), asked_for(), name)
    found = drafts.drawn(opened, name)
    if found is None and opened.compiled is not None:
        abort(404)
    # the picture is made by us of escaped words
    svg = Markup(found.svg) if found else ""  # noqa: S704
    return render_template("desk/flow.html", section="flows", opened=opened, name=name, found=found, svg=svg)


def asked_for(given: str | None = None) -> Which:
    asked = request.args.get("of") if given is None else given
    return next((which for which in drafts.WHICH if which == asked), "published")


def _begins(opened: Opened) -> dict[str, Any]:
    return {name: found.outline for name in opened.titles if (found := drafts.drawn(opened, name)) is not None}
