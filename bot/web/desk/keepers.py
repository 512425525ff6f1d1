"""Who keeps entries true: organisations with their email and letters, and what waits for approval."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.publishing import keepers as use
from bot.publishing.keepers import NoSuchOrganisation, NotAnEmail
from bot.web.desk import entry_words as ew
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import HIGHEST_ID
from bot.web.here import house
from directory.written import NotSo

Answer = Response | tuple[str, int] | str


@pages.get("/directory/organisations")
@needs("directory.read")
def organisations() -> str:
    return render_template("desk/organisations.html", section="directory", found=use.keepers(house(), me()))


@pages.get("/directory/organisation")
@needs("directory.read")
def organisation() -> str:
    """`id`: an organisation's own."""
    return _page(request.args.get("id", ""))


@pages.post("/directory/organisation")
@needs("directory.edit")
def change_organisation() -> Answer:
    """`act`: keep (`email`, `trusted`), send (a link now) or end (every link)."""
    asked, act, done = request.form.get("id", ""), request.form.get("act", ""), ""
    try:
        if act == "keep":
            email, trusted = request.form.get("email", ""), request.form.get("trusted") == "yes"
            use.keep(house(), me(), asked, email=email, trusted=trusted)
            done = "kept"
        elif act == "send":
            done = "sent" if use.send(house(), me(), asked) else "no-email"
        elif act == "end":
            use.end(house(), me(), asked)
            done = "ended"
        else:
            abort(404)
    except NoSuchOrganisation:
        abort(404)
    except NotAnEmail:
        return _page(asked, {"email": "Enter an email address, such as name@example.org."}), 400
    return redirect(url_for("desk.organisation", id=asked, done=done), 303)


@pages.get("/directory/asked")
@needs("directory.approve")
def proposals() -> str:
    done = ew.ENTRY_DONE.get(request.args.get("done", ""), "")
    return render_template("desk/proposals.html", section="directory", found=use.waiting(house(), me()), done=done)


@pages.post("/directory/asked/<int:proposal_id>")
@needs("directory.approve")
def decide(proposal_id: int) -> Response:
    act = request.form.get("act", "")
    if act not in {"approve", "refuse"} or proposal_id > HIGHEST_ID:
        abort(404)
    try:
        done = use.decide(house(), me(), proposal_id, approve=act == "approve")
    except NotSo:
        return redirect(url_for("desk.proposals", done="unfit"), 303)
    return redirect(url_for("desk.proposals", done=f"{act}d" if done else "gone"), 303)


def _page(organisation_id: str, errors: dict[str, str] | None = None) -> str:
    try:
        found = use.keeper(house(), me(), organisation_id)
    except NoSuchOrganisation:
        abort(404)
    return render_template(
        "desk/organisation.html", section="directory", found=found, errors=errors or {}, error=bool(errors),
        done=ew.ENTRY_DONE.get(request.args.get("done", ""), ""), given=request.form.get("email"),
    )  # fmt: skip
