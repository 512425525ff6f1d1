"""What a view is given: the house it serves, and who is at the other end."""

from flask import current_app

from bot.house import House

HOUSE = "thrive_house"


def house() -> House:
    """The house this app was built with."""
    found = current_app.extensions[HOUSE]
    assert isinstance(found, House)
    return found
