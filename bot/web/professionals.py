"""The one-page form by which a professional refers a family. No sign-in; nothing of the family is shown back."""

from typing import Final

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import professional
from bot.casework.professional import FIELDS, Faults, TooMany
from bot.refs import new_ref, read_ref
from bot.web.here import house
from bot.web.pace import Allowance, Pace

pages = Blueprint("professionals", __name__)
PACE: Final = "thrive_professionals_pace"
A_PLACE: Final = Allowance(at_once=12)  # a surgery, or a school, behind one address


@pages.record_once
def _pace(state: BlueprintSetupState) -> None:
    state.app.extensions[PACE] = Pace(place=A_PLACE)


@pages.get("/professionals")
def form() -> str:
    """An address that ends in `sent=REF` tells that it arrived, to whoever has the address, and nothing else."""
    return _page({}, {}, sent=read_ref(request.args.get("sent", "")) or "")


@pages.post("/professionals")
def send() -> AnyResponse:
    given = {name: request.form.get(name, "") for name in FIELDS}
    ref = read_ref(request.form.get("ref", "")) or new_ref()
    pace: Pace = current_app.extensions[PACE]
    wait = pace.wait(None, request.remote_addr, house().clock.now())
    try:
        taken = professional.refer(house(), ref, given, crowded=wait > 0)
    except TooMany:
        page = _page(given, {"who": "That was a lot at once. Try again in a minute."}, ref=ref)
        return Response(page, 429, headers={"Retry-After": str(wait)})
    except Faults as fault:
        return Response(_page(given, fault.errors, ref=ref, danger=fault.danger), 422)
    return redirect(url_for("professionals.form", sent=taken.ref), 303)


def _page(given: dict[str, str], errors: dict[str, str], *, ref: str = "", sent: str = "", danger: bool = False) -> str:
    here = house()
    council = here.live.of(here.db).compiled.council
    return render_template(
        "public/professionals.html", given=given, errors=errors, error=bool(errors), ref=ref or new_ref(), sent=sent,
        council=council, danger=danger,
    )  # fmt: skip
