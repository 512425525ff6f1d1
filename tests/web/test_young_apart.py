"""A young person's own number is theirs, at the desk too: what they wrote is on their page and not on a parent's."""

from bot.store import people
from tests.houses import ON_SQLITE, Home
from tests.turn.families import enrol
from tests.turn.test_enrol_changes import FULL, C, cells, person, young
from tests.web.worker import Worker

SECRET = "zanzibar"


@ON_SQLITE
def test_a_parents_page_holds_no_word_of_a_young_person(sam: Worker, home: Home) -> None:
    """Claim: the parent's page at the desk holds neither word nor number of a young person's own phone;
    the young person's own page does."""
    home.living()
    enrol(home, cells(home, **{**FULL, "child_born": "2010-10"}), young(home))
    parent = person(home)
    home.talk(f"i feel sad about {SECRET} dont tell my mum", sender=C)
    with home.house.db.read() as tx:
        (child,) = people.people_at(tx, home.address(C).id)
    hers = sam.get(f"/desk/people/{parent.ref}").text
    assert SECRET not in hers
    assert C[-6:] not in hers
    assert SECRET in sam.get(f"/desk/people/{child.ref}").text
