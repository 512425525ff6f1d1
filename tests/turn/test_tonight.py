"""No food, milk or heat now, also on a Friday evening: whom to call first, then what is open at that hour."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.directory_source import load_places, load_sample
from bot.finding import DirectoryFinder, opens
from bot.store import casework
from directory.search import Snapshot
from directory.service import DAYS, Opening
from flows.facts import Search
from tests.houses import Home
from tests.journeys.test_journeys import shipped

FRIDAY_EVENING = datetime(2026, 11, 27, 19, 30, tzinfo=UTC)
FRIDAY_NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
OUT_OF_HOURS = "020 7946 0119"


def test_on_a_friday_evening_the_number_that_is_answered_stands_in_the_first_answer(home: Home) -> None:
    """Claim: before anything is asked, whoever has no food for the children is told whom to call at this hour."""
    home.clock.at = FRIDAY_EVENING
    first = home.talk("no food in the house for the kids tonight")
    assert f"For food, baby milk or heat tonight, call {OUT_OF_HOURS} at any hour" in first
    assert first.index(OUT_OF_HOURS) < first.index("What is your postcode?")
    assert home.cases()[0].level == "concern"


def test_by_day_the_team_is_here(home: Home) -> None:
    """Claim: in the team's hours it is the team's own number that comes first."""
    home.clock.at = FRIDAY_NOON
    first = home.talk("no formula and no money SW18 2PU")
    assert "Our team is here now. For food, baby milk or heat today, call 020 7946 0110" in first


def test_what_is_open_comes_first_and_nothing_is_lost_or_shown_twice() -> None:
    """Claim: of the same services those open at this hour lead, then those that open later; page by page each is shown
    once."""
    places = load_places(london=False)
    listed = load_sample(places)
    evening = tuple(Opening(day=day, opens="18:00", closes="22:00") for day in DAYS)
    later = tuple(Opening(day=day, opens="21:00", closes="23:00") for day in DAYS)
    food = [one for one in listed if "food" in one.needs]
    assert len(food) > 4
    hours = {food[-1].id: evening, food[-2].id: later}
    kept = [
        replace(one, hours=hours[one.id], locations=tuple(replace(at, hours=(), hours_note="") for at in one.locations))
        if one.id in hours
        else one
        for one in listed
    ]
    finder = DirectoryFinder(snapshot=Snapshot(kept), places=places, lexicon=shipped()[1].lexicon)
    asked = Search(text="food", needs=("food",), postcode="SW18 2PU", open_at=FRIDAY_EVENING)
    shown, skip, more = [], 0, True
    while more:
        found = finder.find(replace(asked, skip=skip))
        shown += [one.id for one in found.listings]
        skip, more = skip + len(found.listings), found.more
    ranks = [opens(result, FRIDAY_EVENING) for result in finder.results(replace(asked, limit=30)).results]
    assert len(shown) == len(set(shown)) == len(ranks)
    assert shown.index(food[-1].id) < sum(rank == 0 for rank in ranks)
    assert shown.index(food[-2].id) < sum(rank <= 1 for rank in ranks)


def test_will_you_take_my_kids_in_the_middle_of_a_referral_is_answered_and_goes_with_it(home: Home) -> None:
    """Claim: the question is answered, what was asked is put again, and their words are not lost."""
    home.talk("refer")
    said = home.talk("will you take my kids?")
    assert "We help families stay together" in said
    assert "what is going well" in said
    home.talk("we laugh a lot")
    home.talk("just call me")
    home.talk("Jo")
    home.talk("any time")
    (case,) = [case for case in home.cases() if case.kind == "referral"]
    assert case.reason == "referral-call-me"
    with home.house.db.read() as tx:
        told = casework.referral_of(tx, case.id)
    assert told is not None
    assert "will you take my kids?" in told[1]
