"""For any WSGI server: pages alone. The clock and the dispatcher are `thrive serve`, or `thrive clock` and `worker`."""

from bot.app import build
from bot.logs import catch_the_rest, set_up_logs
from bot.settings import Settings

settings = Settings.from_env()
set_up_logs(settings.log_level)
catch_the_rest()
application = build(settings)
