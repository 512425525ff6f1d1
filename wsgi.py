"""For any WSGI server: pages alone. The clock and the dispatcher are `thrive serve`, or `thrive clock` and `worker`."""

from bot.app import build
from bot.settings import Settings

application = build(Settings.from_env())
