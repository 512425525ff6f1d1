"""Key events and losses told by text: a yes enrols, and a loss ends what was planned before anything else is said."""

from bot.clock import local_date
from bot.people.changes import Fact, tell
from bot.store import addresses, holding, keeping, people
from tests.houses import Home
from tests.turn.families import check_in, enrol, four_weeks_ago, touches_of

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
        (consent,) = addresses.consents_of(tx, address_ids=[address.id], person_ids=[])
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
        addresses.change_address(tx, home.address(NOBODY).id, shared=True)
    assert "Shall we text you now and then" not in home.talk("we split up", sender=NOBODY)


def test_a_watched_phone_is_neither_asked_nor_enrolled(home: Home) -> None:
    """Nobody is asked there whether we shall text them; a yes to what was asked before goes before a person."""
    home.talk("we moved house", sender=NOBODY)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(NOBODY).id, watched=True)
    home.talk("yes", sender=NOBODY)
    assert programmes_at(home, NOBODY) == []
    assert home.address(NOBODY).safe == "unknown"
    assert [case.reason for case in home.cases()] == ["keep-in-touch"]
    assert "Shall we text you now and then" not in home.talk("we split up", sender=NOBODY)


def test_a_lost_pregnancy_ends_its_check_ins_at_once(home: Home) -> None:
    """Every touch to come is in the ledger with why, one concern stands, and nothing else of the family ends."""
    enrol(home, a_row(home, "new-baby"), a_row(home, "after-early-help"))
    said = home.talk("we lost the baby", sender=A)
    assert "so sorry" in said
    assert dict(programmes_at(home, A)) == {"new-baby": "ended", "after-early-help": "active"}
    assert {(t.outcome, t.reason) for t in touches_of(home, "P1")} == {("suppressed", "The pregnancy ended in loss.")}
    assert [(case.level, case.reason) for case in home.cases()] == [("concern", "pregnancy-lost")]


def test_a_childs_death_told_by_text_holds_everything_and_ends_nothing(home: Home) -> None:
    """Which child is not taken from a text: the one that is known here may be the brother or sister who lives. Nothing
    more is sent, one case asks a person, and what the person says is what ends."""
    enrol(home, a_row(home, "key-transitions", child="Leo", born="2020-03"), a_row(home, "after-early-help"))
    for words in ("our baby died", "our son died"):
        assert "so very sorry" in home.talk(words, sender=A)
        assert dict(programmes_at(home, A)) == {"key-transitions": "active", "after-early-help": "active"}
        assert touches_of(home, "P1") == []
        with home.house.db.read() as tx:
            (person,) = people.people_at(tx, home.address(A).id)
            assert holding.holds_of(tx, person.id) == {"review"}
            (leo,) = [each for each in people.household_of(tx, person.household_id or 0) if each.child]
        assert [(case.level, case.reason) for case in home.cases()] == [("concern", "child-died")]
    before = len(home.pigeon.carried)
    check_in(home)
    assert len(home.pigeon.carried) == before
    fact = Fact(change="child-died", ref=person.ref, on=local_date(home.clock.now()), child=leo.ref)
    tell(home.house, fact, by="Sam")
    assert dict(programmes_at(home, A)) == {"key-transitions": "ended", "after-early-help": "active"}


def test_after_stop_a_loss_is_still_heard(home: Home) -> None:
    """Nothing is said but the one answer, and what was planned has ended all the same."""
    enrol(home, a_row(home, "new-baby"))
    home.talk("stop", sender=A)
    home.talk("we lost the baby", sender=A)
    assert programmes_at(home, A) == [("new-baby", "ended")]
    assert [case.reason for case in home.cases()] == ["pregnancy-lost"]


def test_words_that_may_tell_of_a_loss_end_nothing_and_bring_a_person(home: Home) -> None:
    """What was planned goes on, one concern asks a person to read them, and the reply assumes no death."""
    enrol(home, a_row(home, "key-transitions", child="Leo", born="2020-03"), a_row(home, "new-baby"))
    said = home.talk("lost my son last week", sender=A)
    assert "sorry" not in said
    assert "A person on our team will read this" in said
    assert dict(programmes_at(home, A)) == {"key-transitions": "active", "new-baby": "active"}
    with home.house.db.read() as tx:
        (person,) = people.people_at(tx, home.address(A).id)
        assert holding.holds_of(tx, person.id) == set()
    assert [(case.level, case.reason) for case in home.cases()] == [("concern", "loss-perhaps")]


def test_a_child_lost_in_a_shop_is_danger_and_no_death(home: Home) -> None:
    """The safety reply stands alone, and nothing that was planned is touched."""
    enrol(home, a_row(home, "key-transitions", child="Leo", born="2020-03"))
    said = home.talk("I lost my little girl in the shopping centre please help", sender=A)
    assert "999" in said
    assert "sorry" not in said
    assert dict(programmes_at(home, A)) == {"key-transitions": "active"}
    assert [case.level for case in home.cases()] == ["urgent"]


def test_help_asked_for_with_the_news_is_looked_for(home: Home) -> None:
    """Warm words first, then what there is for the rent near them; nobody is congratulated on hunger."""
    said = home.talk("my husband has left me and i cant pay the rent, SW18 2PU", sender=NOBODY)
    assert said.index("That is a lot to go through") < said.index("Here is what we found")
    assert "Congratulations" not in home.talk("I have got a baby and no food", sender=NOBODY)
