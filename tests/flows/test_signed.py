"""Who a check-in is from, and what its "no" tells those who keep the directory."""

from datetime import timedelta

import pytest

from flows.effects import FlagListing, Say
from flows.events import CheckInDue, CheckInReminded
from flows.session import Session
from tests.flows.practice import Family, assets, facts, of


def family() -> Family:
    return Family(Session.new(), facts(consent="given"))


def words(effects: tuple[object, ...]) -> str:
    say = next(effect for effect in effects if isinstance(effect, Say))
    return assets().wording.render(say.text, say.values)


def test_a_check_in_is_signed_by_the_service() -> None:
    """Claim: the neutral name, and nobody's."""
    assert words(family().happens(CheckInDue(flow="hello", touch=1))).startswith("Hi from Larkline. ")


def test_a_worker_signs_where_the_family_agreed() -> None:
    """Claim: their first name beside the service's, in the reminder too, and not in the next check-in without it."""
    told = family()
    assert words(told.happens(CheckInDue(flow="hello", touch=1, values={"worker": "Ann"}))).startswith(
        "Hi from Ann (Larkline). "
    )
    told.passes(minutes=5000)
    assert words(told.happens(CheckInReminded(touch=1))).startswith("Hi, Ann (Larkline) again. ")
    told.passes(minutes=50000)
    assert words(told.happens(CheckInDue(flow="hello", touch=2))).startswith("Hi from Larkline. ")


def test_a_no_flags_what_they_were_given_once() -> None:
    """Claim: the services named when the check-in was opened; where none is known nothing is flagged, nor on a yes."""
    told = family()
    told.happens(CheckInDue(flow="got-through", touch=1, values={"given_listings": "svc-1,svc-2"}))
    flags = of(told.texts("no"), FlagListing)
    assert [flag.listings for flag in flags] == [("svc-1", "svc-2")]
    unknown = family()
    unknown.happens(CheckInDue(flow="got-through", touch=1))
    assert of(unknown.texts("no"), FlagListing) == []
    reached = family()
    reached.happens(CheckInDue(flow="got-through", touch=1, values={"given_listings": "svc-1"}))
    assert of(reached.texts("yes"), FlagListing) == []


def test_the_state_still_fits() -> None:
    """Claim: with the ids of three services kept, a session stays under a kilobyte."""
    told = family()
    ids = ",".join(f"{n}2345678-1234-1234-1234-123456789012" for n in range(3))
    told.happens(CheckInDue(flow="got-through", touch=1, values={"given_listings": ids, "worker": "Christopher"}))
    told.known = facts(consent="given", now=told.known.now + timedelta(minutes=1))
    told.texts("no")
    assert len(told.session.to_json()) < 1024


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("yes they came on monday", "yes"),
        ("yes someone rang me", "yes"),
        ("no nobody has", "no"),
        ("not yet", "no"),
        ("no it's been two weeks", "no"),
    ],
)
def test_a_yes_or_no_with_its_story_is_an_answer(said: str, kept: str) -> None:
    """Claim: people tell more than was asked; what leads still answers, and is not taken for a new need."""
    told = family()
    told.happens(CheckInDue(flow="got-in-touch", touch=1))
    told.texts(said)
    assert told.session.answers["wish"] == kept
