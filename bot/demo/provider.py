"""A stand-in for Twilio that remembers: the demo mounts it, the tests run it as a server of its own.

It answers Twilio's Messages addresses as the published API does, calls the product back with signed webhooks, and
fails in every way it is asked to. `python -m bot.demo.provider --help` says how to run it alone.
"""

import argparse
import json
import logging
import sys
from pathlib import Path

import structlog
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.clock import ShiftedClock
from bot.demo.provider_control import control_blueprint
from bot.demo.provider_pages import provider_blueprint
from bot.demo.provider_standin import StandIn, StandInSettings, machine_now
from bot.demo.provider_store import Store

__all__ = ["StandIn", "StandInSettings", "provider_blueprint"]


class _Quiet(WSGIRequestHandler):
    """No access log: a listing's address has a number in it."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the server's own signature
        """Nothing: a connection dropped on purpose is no news."""


def main() -> None:
    """Run the stand-in alone on loopback and print where: nothing else, since nobody may be reading any more."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    parser = argparse.ArgumentParser(prog="python -m bot.demo.provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, required=True, help="the file that remembers")
    parser.add_argument("--webhook", required=True, help="where incoming texts are posted, .../sms/inbound")
    parser.add_argument("--sid", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--number", default="+447700900000", help="the council's own number")
    parser.add_argument("--pace", type=float, default=0.05, help="seconds between status callbacks")
    parser.add_argument("--keywords", action="store_true", help="the provider handles STOP and HELP itself")
    parser.add_argument("--application", default="", help="the app that the number is listed as given to")
    parser.add_argument("--clock-file", type=Path, help="seconds to add to the machine's clock, as the product reads")
    given = parser.parse_args()
    settings = StandInSettings(
        account_sid=given.sid,
        auth_token=given.token,
        number=given.number,
        inbound_url=given.webhook,
        pace_seconds=given.pace,
        keywords=given.keywords,
        application=given.application,
    )
    now = machine_now if given.clock_file is None else ShiftedClock(given.clock_file).now
    stand_in = StandIn(Store(given.state), settings, now)
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.register_blueprint(provider_blueprint(stand_in))
    app.register_blueprint(control_blueprint(stand_in))
    server = make_server("127.0.0.1", given.port, app, threaded=True, request_handler=_Quiet)
    stand_in.start()
    print(json.dumps({"base": f"http://127.0.0.1:{server.port}"}), flush=True)  # noqa: T201 - the caller reads it
    server.serve_forever()


if __name__ == "__main__":
    main()
