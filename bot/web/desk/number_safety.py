"""How a number may be texted: the form that a worker fills in with the family."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import number_safety
from bot.casework.number_safety import Faults, NoSuchNumber, Told
from bot.refs import read_ref, ref_of
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.person import telephone
from bot.web.here import house

pages.add_app_template_filter(ref_of, "ref_of")


@pages.get("/conversations/<ref>/safety")
@needs("numbers.safety")
def number_safety_form(ref: str) -> str:
    return _form(read_ref(ref) or abort(404), {}, None)


@pages.post("/conversations/<ref>/safety")
@needs("numbers.safety")
def keep_number_safety(ref: str) -> Response | tuple[str, int]:
    known, given = read_ref(ref) or abort(404), request.form
    told = Told(
        safe=given.get("safe", ""), shared="shared" in given, watched="watched" in given,
        safe_times=given.get("safe_times", ""), word=given.get("word", ""), forget_word="forget_word" in given,
    )  # fmt: skip
    try:
        number_safety.change(house(), me(), known, told)
    except NoSuchNumber:
        abort(404)
    except Faults as fault:
        return _form(known, dict(fault.errors), told), 400
    return redirect(url_for("desk.number_safety_form", ref=known, done="kept"), 303)


def _form(ref: str, errors: dict[str, str], told: Told | None) -> str:
    try:
        address = number_safety.number(house(), me(), ref)
    except NoSuchNumber:
        abort(404)
    shown = told or Told(
        safe=address.safe, shared=address.shared, watched=address.watched, safe_times=address.safe_times or ""
    )  # fmt: skip
    return render_template(
        "desk/number_safety.html", section="conversations", ref=ref, address=address, told=shown, errors=errors,
        error=bool(errors), phone=telephone(address.value), done=request.args.get("done") == "kept",
    )  # fmt: skip
