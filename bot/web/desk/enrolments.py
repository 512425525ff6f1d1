"""Who is on which programme, and the programmes."""

from flask import render_template, request

from bot.casework import enrolled
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import page_number
from bot.web.here import house


@pages.get("/enrolments")
@needs("ledger.read")
def enrolments() -> str:
    """Filters: `programme`, `state`. One that nobody knows finds nothing."""
    programme, state = (request.args.get(name, "").strip()[:40] or None for name in ("programme", "state"))
    found = enrolled.enrolments(
        house(), me(), programme=programme, state=state if state in enrolled.STATES else None, page=page_number()
    )
    return render_template(
        "desk/enrolments.html", section="enrolments", found=found, asked={"programme": programme, "state": state}
    )


@pages.get("/programmes")
@needs("flows.read")
def programmes() -> str:
    return render_template(
        "desk/programmes.html", section="programmes", listed=enrolled.programmes(house(), me())
    )  # fmt: skip
