"""An operator at a terminal, as for the other commands."""

from tests.bot.cli.conftest import bare

__all__ = ["bare"]
