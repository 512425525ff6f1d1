"""Key events and losses told by text: a yes enrols, and a loss ends what was planned before anything else is said."""

from bot.store import holding, keeping, people
from tests.houses import Home
from tests.turn.families import enrol, four_weeks_ago, touches_of

NOBODY, A = "+447700900431", "+447700900432"


def a_row(home: Home, programme: str, *, child: str = "", born: str = "") -> str:
    on = four_weeks_ago(home).isoformat()
    return f"P1,Ana,,{A},,en,SW18 2PU,H1,mother,{child},{born},{programme},{on},{on},Sam Worker,yes,"


def programmes_at(home: Home, sender: str) -> list[tuple[str, str]]:
    with home.house.db.read() as tx:
        known = people.people_at(tx, home.address(sender).id)
        return [(e.programme, e.state) for e in keeping.enrolments_of(tx, [p.id for p in known])]


def test_a_yes_enrols_somebody_that_nobody_knew(home: Home) -> None:
    """The number becomes somebody, may be texted, and what they said yes to is kept in words."""
    assert "Congratulations" in home.talk("we had the baby", sender=NOBODY)
    assert programmes_at(home, NOBODY) == []
    home.talk("yes", sender=NOBODY)
    assert programmes_at(home, NOBODY) == [("new-baby", "active")]
    address = home.address(NOBODY)
    assert (address.consent, address.safe) == ("given", "safe")
    with home.house.db.read() as tx:
        (consent,) = people.consents_of(tx, address_ids=[address.id], person_ids=[])
    assert consent.given
    assert "Shall we text you now and then" in consent.wording


def test_told_twice_is_enrolled_once(home: Home) -> None:
    """The same event of the same day is one enrolment."""
    for words in ("we had the baby", "yes", "we had the baby", "yes"):
        home.talk(words, sender=NOBODY)
    assert programmes_at(home, NOBODY) == [("new-baby", "active")]


def test_nobody_is_enrolled_unasked(home: Home) -> None:
    """A no, or a shared phone, and nothing is planned."""
    home.talk("we moved house", sender=NOBODY)
    home.talk("no", sender=NOBODY)
    assert programmes_at(home, NOBODY) == []
    with home.house.db.write() as tx:
        people.change_address(tx, home.address(NOBODY).id, shared=True)
    assert "Shall we text you now and then" not in home.talk("we split up", sender=NOBODY)


def test_a_lost_pregnancy_ends_its_check_ins_at_once(home: Home) -> None:
    """Every touch to come is in the ledger with why, one concern stands, and nothing else of the family ends."""
    enrol(home, a_row(home, "new-baby"), a_row(home, "after-early-help"))
    said = home.talk("we lost the baby", sender=A)
    assert "so sorry" in said
    assert dict(programmes_at(home, A)) == {"new-baby": "ended", "after-early-help": "active"}
    assert {(t.outcome, t.reason) for t in touches_of(home, "P1")} == {("suppressed", "The pregnancy ended in loss.")}
    assert [(case.level, case.reason) for case in home.cases()] == [("concern", "pregnancy-lost")]


def test_a_childs_death_ends_that_childs_check_ins_and_a_person_reviews_the_rest(home: Home) -> None:
    """The child's programme ends; what is planned for the family is held; one case asks a person."""
    enrol(home, a_row(home, "key-transitions", child="Leo", born="2020-03"), a_row(home, "after-early-help"))
    assert "so very sorry" in home.talk("our son died", sender=A)
    assert dict(programmes_at(home, A)) == {"key-transitions": "ended", "after-early-help": "active"}
    with home.house.db.read() as tx:
        (person,) = people.people_at(tx, home.address(A).id)
        assert holding.holds_of(tx, person.id) == {"review"}
    assert [(case.level, case.reason) for case in home.cases()] == [("concern", "child-died")]


def test_after_stop_a_loss_is_still_heard(home: Home) -> None:
    """Nothing is said but the one answer, and what was planned has ended all the same."""
    enrol(home, a_row(home, "new-baby"))
    home.talk("stop", sender=A)
    home.talk("we lost the baby", sender=A)
    assert programmes_at(home, A) == [("new-baby", "ended")]
    assert [case.reason for case in home.cases()] == ["pregnancy-lost"]
