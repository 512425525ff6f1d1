"""What is told of an entry to whoever checks it, field by field."""

from directory.changes import LABELS, told
from directory.service import Location, Opening, Organisation, Service

MONDAYS = (Opening(day="MO", opens="10:00", closes="12:00"),)
BARE = Service(id="one", name="Kitchen", organisation=Organisation(id="o", name="Meals"))


def hours(service: Service) -> list[str]:
    return [one.cell for one in told(service) if one.field == "hours"]


def test_where_no_hours_are_told_it_is_said() -> None:
    """Claim: whoever calls an entry right has seen that it tells no hours: once, or of the venue that has none."""
    hall, annexe = Location(id="v", name="Hall", hours=MONDAYS), Location(id="w", name="Annexe")
    assert hours(BARE) == [""]
    assert hours(Service(id="a", name="A", organisation=BARE.organisation, hours=MONDAYS)) == ["Mo 10:00-12:00"]
    venues = Service(id="a", name="A", organisation=BARE.organisation, locations=(hall, annexe))
    assert hours(venues) == ["Mo 10:00-12:00", ""]


def test_hours_that_hang_on_no_venue_are_told_once() -> None:
    """Claim: where they stand for every venue, no venue is said to have none."""
    places = (Location(id="v", name="Hall"), Location(id="w", name="Annexe"))
    of_all = Service(id="a", name="A", organisation=BARE.organisation, hours=MONDAYS, locations=places)
    assert hours(of_all) == ["Mo 10:00-12:00"]


def test_every_field_has_its_label() -> None:
    """Claim: nothing is told without words for what it is."""
    assert all(one.label == LABELS[one.field] for one in told(BARE))
