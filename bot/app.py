"""Building the application: settings in, a Flask app out. It starts no thread; `thrive serve` does."""

from urllib.parse import urlsplit

import structlog
from flask import Flask, g

from bot.clock import Clock
from bot.furnishing import furnish
from bot.house import House
from bot.meaning import make_ready
from bot.serving import Made
from bot.settings import Settings
from bot.sign_on import SignOn
from bot.store.database import DATABASE_AWAY
from bot.web import assets
from bot.web.api import doors as api_doors
from bot.web.chat import pages as chat_pages
from bot.web.desk import pages as desk_pages
from bot.web.desk.council_account import SIGN_ON
from bot.web.health import AnyName
from bot.web.health import pages as health_pages
from bot.web.here import HOUSE
from bot.web.metrics import pages as metrics_pages
from bot.web.oruk import pages as oruk_pages
from bot.web.professionals import pages as professional_pages
from bot.web.provider import pages as provider_pages
from bot.web.proxies import NamedProxies
from bot.web.public import database_away
from bot.web.public import pages as public_pages
from bot.web.security import protect
from bot.web.sms import doors as sms_doors
from bot.web.templating import Catalogs, Names, dress
from bot.web.tracing import trace

log = structlog.get_logger()
STAND_IN = "thrive_stand_in"  # where a demo keeps its provider


def build(settings: Settings, clock: Clock | None = None, house: House | None = None) -> Flask:
    """The WSGI application, on a database that is migrated and has content published."""
    house = house or furnish(settings, clock)
    make_ready()
    council = house.live.of(house.db).compiled.council
    app = Flask("bot.web", static_folder=None)
    app.extensions[HOUSE] = house
    back = f"{settings.public_url}/desk/sign-in/back"
    app.extensions[SIGN_ON] = None if settings.sign_on is None else SignOn(settings.sign_on, back)
    app.secret_key = settings.secret_key
    protect(app, secret_key=settings.secret_key, secure=settings.secure, hosts=_hosts(settings))
    dress(
        app,
        names=Names(service=council.service, council=council.name, phase="Demo" if settings.demo else None),
        catalogs=lambda: _catalogs(house),
    )
    pages = (
        public_pages, professional_pages, chat_pages, desk_pages, provider_pages, sms_doors, api_doors, oruk_pages,
        health_pages, metrics_pages,
    )  # fmt: skip
    for blueprint in (assets.blueprint(assets.load()), *pages):
        app.register_blueprint(blueprint)
    if settings.demo:
        from bot.demo.doors import open_doors

        app.extensions[STAND_IN] = open_doors(app, house)
    if settings.trusted_proxies:
        app.wsgi_app = NamedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    app.wsgi_app = AnyName(app.wsgi_app, settings.public_url)  # type: ignore[method-assign]
    trace(app, settings.trusted_proxies)
    for fault in DATABASE_AWAY:
        app.register_error_handler(fault, database_away)
    return app


def make(settings: Settings) -> Made:
    """The app with its house, built in the worker after the fork: no connection or thread crosses it."""
    house = furnish(settings)
    app = build(settings, house=house)
    return app, house, app.extensions.get(STAND_IN)


def _catalogs(house: House) -> Catalogs:
    """The published translations, read once a request: a page has dozens of phrases."""
    if "catalogs" not in g:
        g.catalogs = house.live.of(house.db).wording.catalogs
    found: Catalogs = g.catalogs
    return found


def _hosts(settings: Settings) -> tuple[str, ...]:
    host = urlsplit(settings.public_url).hostname or ""
    return (host, "127.0.0.1", "localhost") if settings.demo or host in {"127.0.0.1", "localhost"} else (host,)
