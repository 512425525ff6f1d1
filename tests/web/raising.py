"""A case raised by a family's words, and what became of it."""

from bot.store import casework
from bot.store.casework import Case
from tests.houses import Home

KNIFE = "he has a knife hes outside"


def raised(home: Home, words: str = KNIFE) -> str:
    """A family writes, and their case is on the desk."""
    home.text(words)
    home.send()
    return home.cases()[0].ref


def case_of(home: Home, ref: str) -> Case:
    with home.house.db.read() as tx:
        found = casework.find_case(tx, ref)
    assert found is not None
    return found


def events(home: Home, ref: str) -> list[str]:
    with home.house.db.read() as tx:
        return [event.kind for event in casework.events_of(tx, [case_of(home, ref).id])]


def replies(home: Home) -> list[str]:
    return [row.body for row in home.out() if row.purpose == "staff-reply"]
