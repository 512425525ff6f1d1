"""A referral left half way reaches the desk the next working day, as its first question said it would."""

from bot.clockwork import tick
from bot.store import addresses, casework
from tests.houses import Home


def test_a_referral_left_half_way_reaches_the_desk_next_day(home: Home) -> None:
    """What she wrote goes with it, the family gets a reference, and nothing is shared with anybody."""
    opening = home.talk("REFER")
    assert "next working day" in opening
    home.talk("he is kind")
    home.talk("he hardly talks")
    home.later(hours=3)
    tick(home.house)
    assert home.cases() == []
    home.later(hours=29)  # Tuesday afternoon
    tick(home.house)
    (case,) = home.cases()
    assert (case.kind, case.reason, case.level) == ("referral", "referral-unfinished", "routine")
    with home.house.db.read() as tx:
        found = casework.referral_of(tx, case.id)
    assert found is not None
    how, answers, shared = found
    assert (how, shared) == ("unfinished", "")
    assert "he is kind" in answers
    assert "he hardly talks" in answers
    home.send()
    assert any(case.ref in o.body for o in home.pigeon.carried)


def test_each_consent_is_kept_apart_with_its_wording_and_time(home: Home) -> None:
    """Yes to health, no to the others: a row each with the words shown; the case is shared with health alone."""
    answers = {
        "going well": "he is kind", "worried": "he hardly talks", "would help": "somebody to show me", "0 to 10": "6",
        "children": "Ali March 2022", "first name": "Nadia", "postcode": "SW18 2PU", "reach you": "2",
        "safe to reach": "any time", "language": "skip", "text you about this": "yes", "health": "yes", "school": "no",
        "charities": "no",
    }  # fmt: skip
    heard = home.talk("REFER")
    for _ in range(len(answers) + 2):
        if "reference is" in heard:
            break
        asked = heard.splitlines()[-1] if "?" in heard.splitlines()[-1] else heard
        heard = home.talk(next(reply for word, reply in answers.items() if word in asked or word in heard))
    assert "reference is" in heard
    with home.house.db.read() as tx:
        consents = {c.kind: c for c in addresses.consents_of(tx, address_ids=[home.address().id], person_ids=[])}
        (case,) = [c for c in home.cases() if c.kind == "referral"]
        found = casework.referral_of(tx, case.id)
    assert found is not None
    assert found[2] == "health"
    assert {kind: c.given for kind, c in consents.items()} == {
        "text": True, "share:health": True, "share:school": False, "share:voluntary": False
    }  # fmt: skip
    for kind, word in (("share:health", "GP"), ("share:school", "school"), ("share:voluntary", "charities")):
        assert word in consents[kind].wording
        assert consents[kind].at == home.clock.now()
