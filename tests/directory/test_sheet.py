"""The CSV template in and out, and the report of an import."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from directory.report import Line, Read, compare
from directory.service import Opening, Organisation, Service
from directory.sheet import COLUMNS, read_sheet, write_sheet
from tests.directory.samples import needs, places, sample
from tests.directory.strategies import services

HEAD = "name,organisation,needs,min_age,max_age,accepting,council_only,postcode,hours,areas\n"


def rows(*lines: str) -> Read:
    return read_sheet(HEAD + "\n".join(lines) + "\n", needs=needs(), source="test", places=places())


def bare(service: Service) -> Service:
    """Without what the sheet makes anew: ids of organisation and venues, its description, a change date."""
    organisation = Organisation(id="", name=service.organisation.name, url=service.organisation.url)
    venues = tuple(replace(venue, id="") for venue in service.locations)
    return replace(service, organisation=organisation, locations=venues, modified_at=None)


def test_the_shipped_sheets_come_back_the_same() -> None:
    """Claim: writing the sample directory as CSV and reading it gives equal entries."""
    read = read_sheet(write_sheet(sample()), needs=needs(), source="test")
    assert read.services == sample()
    assert (read.repaired, read.refused) == ((), ())


@settings(max_examples=60)
@given(services())
def test_any_service_survives_the_sheet(service: Service) -> None:
    """Claim: every column holds what it is given, several venues included, for services with an address to show."""
    if len(service.locations) > 1:
        service = replace(service, hours=(), hours_note="")
    read = read_sheet(write_sheet([service]), needs={"food", "debt", "send", "dads"}, source="test")
    assert read.refused == ()
    assert [bare(one) for one in read.services] == [bare(service)]


def test_a_row_is_read() -> None:
    """Claim: ages, openings, areas and a point from the postcode come out of plain cells."""
    (service,) = rows(
        "Group,Org,food; debt,0,4,open,yes,SW18 2PU,Mo 9:00-17:00; note: not in August,E09000032 Wandsworth"
    ).services
    assert service.needs == ("food", "debt")
    assert (service.min_age, service.max_age, service.council_only) == (0, 4, True)
    assert service.locations[0].lat is not None
    assert service.locations[0].hours == (Opening(day="MO", opens="09:00", closes="17:00"),)
    assert service.locations[0].hours_note == "not in August"
    assert (service.service_areas[0].code, service.service_areas[0].name) == ("E09000032", "Wandsworth")


def test_an_id_is_the_same_at_every_import() -> None:
    """Claim: a sheet with no ids can be imported twice without doubling."""
    assert rows("Group,Org,,,,,,,,").services == rows("Group,Org,,,,,,,,").services


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",Org,,,,,,,,", "no name"),
        ("Group,,,,,,,,,", "no organisation"),
        ("Group,Org,,,,maybe,,,,", "accepting"),
        ("Group,Org,,,,,perhaps,,,", "neither yes nor no"),
        ("Group,Org,,,,,,,,,,extra", "more cells than columns"),
        ("Good,Org,,,,,,,,", "earlier row"),
    ],
)
def test_a_bad_row_is_refused_with_its_number(row: str, told: str) -> None:
    """Claim: the row is named and its reason told; the others are taken."""
    read = rows("Good,Org,,,,,,,,", row)
    assert [service.name for service in read.services] == ["Good"]
    (line,) = read.refused
    assert line.where == "row 3"
    assert told in line.reason


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Group,Org,teleporting,,,,,,,", "unknown needs left out: teleporting"),
        ("Group,Org,,9,4,,,,,", "wrong way round"),
        ("Group,Org,,-1,,,,,,", "min_age"),
        ("Group,Org,,,,,,ZZ9 9ZZ,,", "not known"),
        ("Group,Org,,,,,,SW18 2PU,Mo 17:00-09:00,", "left out"),
    ],
)
def test_a_repair_is_told(row: str, told: str) -> None:
    """Claim: what was put right or left out is in the report, and the row is kept."""
    read = rows(row)
    assert len(read.services) == 1
    assert told in read.repaired[0].reason


@pytest.mark.parametrize("text", ["", "nmae,organisation\n", "name\nGroup\n"])
def test_a_header_that_is_not_ours_is_refused(text: str) -> None:
    """Claim: a slip in a column's name is told before anything is read."""
    with pytest.raises(ValueError, match="columns"):
        read_sheet(text, needs=needs(), source="test")


def test_the_documentation_names_every_column() -> None:
    """Claim: the template's description and its columns are the same list."""
    import directory.sheet

    assert all(column in (directory.sheet.__doc__ or "") for column in COLUMNS)


def test_the_report_sorts_records_by_what_happens_to_them() -> None:
    """Claim: added, updated, unchanged and withdrawn are told apart; absence alone removes nothing."""
    org = Organisation(id="o", name="Org")
    same, old, gone, left = (Service(id=name, name=name, organisation=org) for name in ("same", "old", "gone", "left"))
    feed = (
        same,
        replace(old, phone="1"),
        replace(gone, status="defunct"),
        Service(id="new", name="new", organisation=org),
    )
    refused = (Line(id="bad", name="bad", reason="no name"),)
    report = compare(Read(services=feed, refused=refused), [same, old, gone, left])
    assert [line.id for line in report.added] == ["new"]
    assert [line.id for line in report.updated] == ["old"]
    assert [line.id for line in report.unchanged] == ["same"]
    assert [(line.id, line.reason) for line in report.withdrawn] == [("gone", "status defunct")]
    assert [line.id for line in report.missing] == ["left"]
    assert report.refused == refused
    assert not report.all_refused
    assert compare(Read(services=(), refused=refused)).all_refused
