"""Who learns nothing: a chat that claims to be somebody we know, and a parent of what a young person says."""

import json

from bot.people import exporting
from bot.store import people
from tests.houses import ON_SQLITE, Home
from tests.turn.families import enrol, four_weeks_ago, row
from tests.turn.test_enrol_changes import FULL, C, cells, person, young

HER, SECRET = "+447700900421", "zanzibar"


def said_in_a_chat(home: Home, token: str, words: str) -> list[str]:
    """What a chat is answered, in order."""
    before = len(home.out(sender=token, kind="web"))
    home.text(words, sender=token, kind="web")
    home.send()
    return [row.body for row in home.out(sender=token, kind="web")[before:]]


@ON_SQLITE
def test_a_chat_that_claims_to_be_somebody_learns_nothing(home: Home) -> None:
    """Her name, her child's month of birth, her number and both references: each answer is what a stranger gets for
    the same kind of words, and the chat is joined to nobody."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    home.talk("human", sender=HER)
    (case,) = home.cases()
    hers = (f"hi its NameP1, my son was born in March 2022, my number is 07700 900421, reference P1 and {case.ref}",)
    anybodys = ("hi its Wren, my son was born in March 2022, my number is 07700 900999, reference P7 and 23456789",)
    asked = ("STATUS", "WHEN", "MY DATA", "what did i tell you last time")
    for claim, stranger in zip((*hers, *asked), (*anybodys, *asked), strict=True):
        told = said_in_a_chat(home, "t" * 43, claim)
        assert told == said_in_a_chat(home, "s" * 43, stranger)
        for secret in ("NameP1", case.ref, "900421", "Sam Worker", "after-early-help"):
            assert secret not in " ".join(told)
    with home.house.db.read() as tx:
        assert people.people_at(tx, home.address("t" * 43, "web").id) == []


@ON_SQLITE
def test_a_parent_learns_nothing_of_a_young_persons_own_number(home: Home) -> None:
    """They are told first what is shared; then neither the parent's texts nor the copy of the parent's data holds the
    number or a word of what was written from it."""
    enrol(home, cells(home, **{**FULL, "child_born": "2010-10"}), young(home))
    parent = person(home)
    with home.house.db.read() as tx:
        (number,) = (address.value for address in people.addresses_of(tx, parent.id))
    assert "We don't tell your parents or school what you" in home.talk("is this just for parents", sender=C)
    home.talk(f"i feel sad about {SECRET} dont tell my mum", sender=C)
    for asked in ("STATUS", "WHEN", "what did kit say"):
        told = home.talk(asked, sender=number)
        assert SECRET not in told
        assert C[-6:] not in told
    given = json.dumps(exporting.export(home.house, parent.ref, by=None))
    assert SECRET not in given
    assert C[-6:] not in given
