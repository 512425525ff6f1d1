"""The demo's doors, opened only with DEMO=1: the stand-in provider, a phone to text from, a clock to move."""

from flask import Blueprint, Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from bot.alerts.people import staff_phones
from bot.demo.clock import ClockFault, move
from bot.demo.phone import phone_blueprint
from bot.demo.provider import StandIn, StandInSettings, provider_blueprint
from bot.demo.provider_store import Store
from bot.house import House
from bot.web.here import house
from bot.web.security import serves_machines

clock_pages = serves_machines(Blueprint("demo_clock", __name__, url_prefix="/demo"))


def open_doors(app: Flask, built: House) -> StandIn:
    """Mount the demo. The stand-in it gives back is started by the server, never here."""
    settings = built.settings
    assert settings.demo
    assert settings.demo_dir is not None
    assert settings.twilio_account_sid
    assert settings.twilio_auth_token
    assert settings.twilio_from
    stand_in = StandIn(
        Store(settings.demo_dir / "provider.db"),
        StandInSettings(
            account_sid=settings.twilio_account_sid, auth_token=settings.twilio_auth_token, number=settings.twilio_from,
            inbound_url=f"{settings.public_url}/sms/inbound",
        ),
        now=built.clock.now,
    )  # fmt: skip
    app.register_blueprint(serves_machines(provider_blueprint(stand_in)), url_prefix="/demo/provider")
    app.register_blueprint(phone_blueprint(stand_in, built.clock.now, staff=lambda: staff_phones(built)))
    app.register_blueprint(clock_pages)
    return stand_in


@clock_pages.post("/clock")
def move_clock() -> AnyResponse | tuple[Response, int]:
    """`by=SECONDS` or `to=next`. A page is sent back to the phone; a program that asks for JSON gets the new time."""
    wants_json = request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"
    try:
        now = move(house(), by=request.form.get("by", ""), to=request.form.get("to", ""))
    except ClockFault as fault:
        return jsonify({"error": str(fault)}), 400
    return jsonify({"now": now.isoformat()}) if wants_json else redirect("/demo/phone", 303)
