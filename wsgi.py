"""For any WSGI server: pages alone. The clock and the dispatcher are `thrive serve`, or `thrive clock` and `worker`."""

from bot.app import build
from bot.logs import log_process
from bot.settings import Settings

settings = Settings.from_env()
log_process(settings.log_level)
application = build(settings)
