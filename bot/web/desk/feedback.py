"""Feedback at the desk: what families wrote, and the form by which the team answers it for everybody."""

from typing import Final

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import feedback
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import page_number
from bot.web.here import house

SHOWN: Final = {"waiting": "Not answered", "answered": "Answered in public", "aside": "Put aside"}
DONE: Final = {
    "answered": "Published on the page “You said”.",
    "aside": "Put aside: nothing of it is published.",
}


@pages.get("/feedback")
@needs("feedback.answer")
def feedback_list() -> str:
    return _page(request.args.get("show", ""), {}, 0, done=request.args.get("done", ""))


@pages.post("/feedback/<int:feedback_id>/answer")
@needs("feedback.answer")
def answer_feedback(feedback_id: int) -> Response | tuple[str, int]:
    form = request.form
    told = feedback.Told(
        feedback_id=feedback_id, version=_version(), said=form.get("said", ""), did=form.get("did", ""),
        sure=form.get("sure") == "yes",
    )  # fmt: skip
    try:
        feedback.answer(house(), me(), told)
    except feedback.Faults as fault:
        return _refused(fault, feedback_id)
    return redirect(url_for("desk.feedback_list", show="answered", done="answered"), 303)


@pages.post("/feedback/<int:feedback_id>/aside")
@needs("feedback.answer")
def put_feedback_aside(feedback_id: int) -> Response | tuple[str, int]:
    try:
        feedback.put_aside(house(), me(), feedback_id, _version())
    except feedback.Faults as fault:
        return _refused(fault, feedback_id)
    return redirect(url_for("desk.feedback_list", done="aside"), 303)


def _refused(fault: feedback.Faults, feedback_id: int) -> tuple[str, int]:
    changed = isinstance(fault, feedback.Changed)
    return _page(request.form.get("show", ""), fault.errors, feedback_id), 409 if changed else 400


def _page(which: str, errors: dict[str, str], of: int, done: str = "") -> str:
    found = feedback.listed(house(), me(), which, page=page_number())
    shown = any(one.id == of for one in found.found)
    return render_template(
        "desk/feedback.html", section="feedback", found=found, shown=SHOWN, errors=errors, error=bool(errors),
        of=of if shown else 0, lost=bool(errors) and not shown, given=request.form, done=DONE.get(done, ""),
        longest=feedback.LONGEST,
    )  # fmt: skip


def _version() -> int:
    given = request.form.get("version", "")
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        abort(400)
    return int(given)
