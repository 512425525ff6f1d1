"""Marking what screening got wrong, and the list of what was marked."""

from collections.abc import Callable
from typing import Final

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import review, review_list
from bot.casework.review import WHY, Given, MarkPage
from bot.casework.subjects import NoSuchMessage
from bot.casework.work import NotYet
from bot.refs import read_ref
from bot.web.desk import words as w
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import HIGHEST_ID
from bot.web.here import house

TABS: Final = {"open": "Open", "handled": "Handled"}
Answer = Response | tuple[str, int] | str


@pages.get("/messages/<int:message_id>/mark")
@needs("reviews.mark")
def message_mark(message_id: int) -> Answer:
    return _page(_message(message_id), url_for("desk.message_mark", message_id=message_id))


@pages.post("/messages/<int:message_id>/mark")
@needs("reviews.mark")
def mark_message(message_id: int) -> Answer:
    here = url_for("desk.message_mark", message_id=message_id)
    return _taken(
        here,
        lambda: _message(message_id),
        lambda given: review.mark_message(house(), me(), _number(message_id), given),
        lambda: review.take_back_message(house(), me(), _number(message_id)),
    )


@pages.get("/cases/<ref>/mark")
@needs("reviews.mark")
def case_mark(ref: str) -> Answer:
    known = read_ref(ref) or abort(404)
    return _page(review.case_mark_page(house(), me(), known), url_for("desk.case_mark", ref=known))


@pages.post("/cases/<ref>/mark")
@needs("reviews.mark")
def mark_case(ref: str) -> Answer:
    known = read_ref(ref) or abort(404)
    return _taken(
        url_for("desk.case_mark", ref=known),
        lambda: review.case_mark_page(house(), me(), known),
        lambda given: review.mark_case(house(), me(), known, given),
        lambda: review.take_back_case(house(), me(), known),
    )


@pages.get("/reviews")
@needs("reviews.read")
def reviews() -> str:
    asked, before = request.args.get("show", "open"), request.args.get("before", type=int)
    found = review_list.review_list(
        house(), me(), which=next((which for which in review_list.WHICH if which == asked), "open"),
        before_id=before if before is not None and 0 < before <= HIGHEST_ID else None,
    )  # fmt: skip
    done = request.args.get("done", "")
    return render_template(
        "desk/reviews.html", section="reviews", found=found, tabs=TABS, why=WHY, done=done if done in w.DONE else "",
        begun=before is not None,
    )  # fmt: skip


@pages.post("/reviews/<int:review_id>/handled")
@needs("reviews.handle")
def handle(review_id: int) -> Response:
    handled = request.form.get("handled") == "yes"
    if review_id <= HIGHEST_ID:
        review_list.handle(house(), me(), review_id, handled=handled)
    came_from = "open" if handled else "handled"
    return redirect(url_for("desk.reviews", show=came_from, done="handled" if handled else "reopened"), 303)


def _message(message_id: int) -> MarkPage:
    try:
        return review.message_page(house(), me(), _number(message_id))
    except NoSuchMessage:
        abort(404)


def _number(message_id: int) -> int:
    return message_id if message_id <= HIGHEST_ID else abort(404)


def _taken(
    here: str, page: Callable[[], MarkPage], mark: Callable[[Given], object], take_back: Callable[[], object]
) -> Answer:  # fmt: skip
    """One form: it marks, or takes the mark back. What it lacked is said beside what was written."""
    says, _, what = request.form.get("says", "").partition(":")
    note = request.form.get("words", "")
    try:
        if request.form.get("act") == "take-back":
            take_back()
            return redirect(f"{here}?done=taken-back", 303)
        missed = says == "missed"
        mark(Given(says=says, level=what if missed else "", why="" if missed else what, note=note))
    except NoSuchMessage:
        abort(404)
    except NotYet as fault:
        return _page(page(), here, error=str(fault), says=request.form.get("says", ""), note=note)
    return redirect(f"{here}?done={says}", 303)


def _page(found: MarkPage, here: str, *, error: str = "", says: str = "", note: str = "") -> Answer:
    done = request.args.get("done", "")
    page = render_template(
        "desk/mark.html", section="conversations", found=found, subject=found.subject, here=here, why=WHY,
        options=[_option(given) for given in review.may_say(found.subject)], error=error, says=says, note=note,
        done=done if done in w.DONE and request.method == "GET" else "", longest=review.LONGEST_NOTE,
    )  # fmt: skip
    return (page, 400) if error else page


def _option(given: Given) -> dict[str, str]:
    if given.says == "missed":
        return {"value": f"missed:{given.level}", "label": w.MISSED[given.level], "hint": w.MISSED_HINTS[given.level]}
    return {"value": f"false-alarm:{given.why}", "label": f"False alarm: {WHY[given.why].lower()}", "hint": ""}
