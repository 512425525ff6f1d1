"""A square code of each need's page, for walls and leaflets: the page's plain address, the same for everybody."""

from io import BytesIO

import segno
from flask import Blueprint, Response, abort, render_template, request

from bot.browsing import need_groups
from bot.web.here import house

pages = Blueprint("poster", __name__)


@pages.get("/help/poster")
def poster() -> str:
    need, label = _need()
    return render_template("public/poster.html", need=need, label=label, address=address_of(need))


@pages.get("/help/code.svg")
def code() -> Response:
    """ISO/IEC 18004, a quarter of which may be torn or dirty (level Q), with the four modules of margin it asks for."""
    need, _ = _need()
    drawn = BytesIO()
    segno.make_qr(address_of(need), error="q").save(drawn, kind="svg", border=4, scale=8, light="#fff", svgns=True)
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


def address_of(need: str) -> str:
    """Nothing but the page: no mark of where the code hung, so nobody is counted by it."""
    return f"{house().settings.public_url}/help?need={need}"


def _need() -> tuple[str, str]:
    asked = request.args.get("need", "")
    labels = {need.id: need.label for group in need_groups(house()) for need in group.needs}
    if asked not in labels:
        abort(404)
    return asked, labels[asked]
