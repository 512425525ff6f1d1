"""`thrive serve`, and each role apart for several machines."""

import ipaddress
import json
import signal
import sys
import threading
from argparse import Namespace

from bot.alarms import Alarm
from bot.app import make
from bot.cli.opening import too_new
from bot.clockwork import Clock
from bot.dispatcher import Dispatcher
from bot.furnishing import furnish
from bot.house import House
from bot.logs import log_process
from bot.publishing import content
from bot.serving import Server, email_sender
from bot.settings import Settings
from bot.store import schema


def command(options: Namespace) -> int:
    settings = Settings.from_env()
    log_process(settings.log_level)
    if settings.demo and options.command in {"serve", "web"} and not _loopback(options.host):
        print(f"--host {options.host}: a demo is served on this machine only. Take --host out.", file=sys.stderr)
        return 1
    house = furnish(settings)
    if options.command != "serve" and house.db.is_sqlite:
        print("Roles apart need PostgreSQL: SQLite is served by one process. Use `thrive serve`.", file=sys.stderr)
        return 1
    if too_new(house):
        return 1
    prepare(house)
    house.db.close()
    if options.command in {"serve", "web"}:
        url = f"http://{f'[{options.host}]' if ':' in options.host else options.host}:{options.port}"
        if options.json:
            print(json.dumps({"role": options.command, "url": url}), flush=True)
        print(f"Serving on {url}", file=sys.stderr)
        Server(lambda: make(settings), options.host, options.port, engine=options.command == "serve").run()
        return 0
    if options.json:
        print(json.dumps({"role": options.command}), flush=True)
    return _alone(furnish(settings), options.command)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def prepare(house: House) -> None:
    """Migrate, and give an empty database its first content."""
    schema.upgrade(house.db)
    content.publish_first(house)


def _alone(house: House, role: str) -> int:
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if role == "worker":
        if "email" in house.channels:
            email_sender(house, stop).start()
        Dispatcher(house).run(stop)
        return 0
    clock, alarm = Clock(house), Alarm(house)
    clock.start()
    alarm.start()
    stop.wait()
    clock.stop()
    alarm.stop()
    return 0
