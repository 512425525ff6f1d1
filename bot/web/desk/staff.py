"""Staff accounts, for administrators: whose sessions end at once, whose lost telephone is forgotten, who leaves."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import accounts, staffing
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.proving import to_prove
from bot.web.here import house


@pages.get("/staff")
@needs("users.manage")
def staff() -> str:
    return render_template(
        "desk/staff.html", section="staff", people=staffing.everyone(house(), by=me().staff.id), mine=me().staff.id,
        done=request.args.get("done", ""),
    )  # fmt: skip


@pages.post("/staff/<int:staff_id>")
@needs("users.manage")
def manage_staff(staff_id: int) -> AnyResponse:
    """`act` is one of staffing.ACTS."""
    act = request.form.get("act", "")
    if act not in staffing.ACTS or (act == "close" and staff_id == me().staff.id):
        abort(400)
    if act in staffing.OF_SIGNING_IN and not accounts.fresh(me(), house().clock.now()):
        return to_prove(url_for("desk.staff"))
    if not staffing.do(house(), act, min(staff_id, 2**31 - 1), by=me().staff.id):
        abort(404)
    return redirect(url_for("desk.staff", done=act), 303)
