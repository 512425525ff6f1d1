"""Trying a flow at the desk: a worker writes as a family would, and sees what is said and what else is done.

Nothing is sent and nothing is kept: the lines so far travel with the form, and the page is made of them anew.
"""

from flask import Response, abort, render_template, request

from bot.publishing import drafts, trying
from bot.publishing.drafts import Opened
from bot.publishing.trying import Tried
from bot.web.desk.flows import FIRST, asked_for
from bot.web.desk.guard import me, needs, pages
from bot.web.here import house

# What else may happen, as a button says it, and its line.
HAPPENS = (
    ("An hour passes", "/wait 1 hour"),
    ("A day passes", "/wait 1 day"),
    ("A week passes", "/wait 1 week"),
    ("The check-in is due", "/check-in"),
    ("A reminder is due", "/remind"),
    ("A worker replies", "/staff Sam"),
    ("They send a picture", "/picture"),
)


@pages.get("/flows/talk")
@needs("flows.simulate")
def flow_talk() -> str:
    """`flow` by its name, `of` published or draft."""
    return _page(request.args.get("flow", FIRST), drafts.open_content(house(), asked_for()), [])


@pages.post("/flows/talk")
@needs("flows.simulate")
def flow_talked() -> str:
    """`lines` so far, one a line, and what comes now: `words`, or `happens`; `back` takes the last away."""
    given = request.form
    lines = given.get("lines", "").splitlines()
    if "back" in given:
        lines = lines[:-1]
    elif happens := given.get("happens"):
        lines += [line for _, line in HAPPENS if line == happens]
    else:
        lines += [" ".join(given.get("words", "").split())]
    return _page(given.get("flow", ""), _content(), lines)


@pages.post("/flows/journey")
@needs("flows.simulate")
def flow_journey() -> Response:
    """The conversation so far as a journey test, to save."""
    name = request.form.get("flow", "")
    tried = _tried(name, _content(), request.form.get("lines", "").splitlines())
    if tried is None:
        abort(404)
    answer = Response(tried.trial.journey(), mimetype="application/yaml")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}-journey.yaml")
    return answer


def _content() -> Opened:
    return drafts.open_content(house(), asked_for(request.form.get("of", "")))


def _tried(name: str, opened: Opened, lines: list[str]) -> Tried | None:
    return trying.try_flow(house(), me(), opened, name, lines)


def _page(name: str, opened: Opened, lines: list[str]) -> str:
    tried = _tried(name, opened, lines)
    if tried is None and opened.compiled is not None:
        abort(404)
    return render_template(
        "desk/flow_talk.html", section="flows", opened=opened, name=name, tried=tried, happens=HAPPENS,
        error=tried.error if tried else "", longest=trying.LONGEST_LINE,
    )  # fmt: skip
