"""What families are shown of what nobody has checked for long, as the days turn; and what an import may undo."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.casework.accounts import SignedIn
from bot.clockwork import tick
from bot.content import Content, Notes, read_content
from bot.content.often_checked import read_often_checked
from bot.publishing import content, directory
from bot.publishing import entries as desk
from bot.settings import ROOT
from bot.store import entries, published, staff
from directory.freshness import SAFETY_NEEDS
from directory.service import Organisation, Service, ServiceArea
from flows.facts import Search
from tests.houses import Home

WANDSWORTH = ServiceArea(code="E09000032", name="Wandsworth")


def service(of: str, checked: date | None, *needs: str) -> Service:
    return Service(
        id=of, name=f"{of} kitchen", organisation=Organisation(id="org", name="Kitchens"), needs=needs or ("food",),
        service_areas=(WANDSWORTH,), assured_on=checked, phone="020 7946 0999",
    )  # fmt: skip


@pytest.fixture
def kitchens(home: Home) -> Home:
    """A directory of three, checked today, 400 and 800 days ago, in place of the sample."""
    today = home.clock.at.date()
    with home.house.db.write() as tx:
        published.withdraw_services(tx, [s.id for s in published.stored_services(tx)], home.clock.at)
    found = [service(name, today - timedelta(days=days)) for name, days in (("new", 0), ("old", 400), ("gone", 800))]
    directory.put(home.house, found, source="kitchens.csv")
    return home


def shown(home: Home) -> list[tuple[str, bool]]:
    finder = home.house.live.of(home.house.db).finder
    found = finder.find(Search(text="kitchen", needs=("food",), postcode="SW18 2PU", limit=10))
    return [(listing.id, listing.unsure) for listing in found.listings]


def test_the_clock_turns_the_day_and_families_see_less(kitchens: Home) -> None:
    """Claim: from the clock's first look on, what is overdue comes last and says when it was checked, and what is too
    old is not shown; the entry itself is kept."""
    assert len(shown(kitchens)) == 3
    tick(kitchens.house)
    assert shown(kitchens) == [("new", False), ("old", True)]
    assert {s.id for s in directory.services(kitchens.house)} == {"new", "old", "gone"}
    heard = kitchens.talk("food bank near SW18 2PU")
    assert "Last checked 19/10/2025" in heard, heard
    assert heard.index("new kitchen") < heard.index("old kitchen")


def test_a_need_that_content_marks_ages_faster_once_it_is_published(kitchens: Home) -> None:
    """Claim: with `checked: often` on food, its entry of 400 days is hidden where it came last, on the desk as for
    families, without a restart or an import."""
    tick(kitchens.house)
    assert shown(kitchens) == [("new", False), ("old", True)]
    with kitchens.house.db.read() as tx:
        files = dict(Content.from_json(published.bundle_content(tx, (published.newest_bundle(tx) or (0, ""))[0])).files)
    groups = files["needs.yaml"]["needs"]
    marked = [need | ({"checked": "often"} if need["id"] == "food" else {}) for need in groups["money-and-home"]]
    files["needs.yaml"] = {**files["needs.yaml"], "needs": {**groups, "money-and-home": marked}}
    content.publish(kitchens.house, Content(files), by="test")
    assert shown(kitchens) == [("new", False)]
    line = next(one for one in desk.listed(kitchens.house, editor(kitchens), "due").lines if one.service.id == "old")
    assert (line.state, line.safety) == ("hidden", True)


def test_the_mark_is_read_by_its_line_and_content_without_any_is_as_shipped() -> None:
    """Claim: what ships marks the needs that stand in for content of before the mark; another word is refused."""
    notes, shipped = Notes(), read_content(ROOT / "content").files
    assert read_often_checked(shipped, notes) == SAFETY_NEEDS
    bare = {"needs": {"one": [{"id": "food", "label": "Food", "covers": "food"}]}}
    assert read_often_checked({"needs.yaml": bare}, notes) == SAFETY_NEEDS
    assert notes.faults == []
    odd = {"needs": {"one": [{"id": "food", "checked": "daily"}, {"id": "debt", "checked": "often"}]}}
    assert read_often_checked({"needs.yaml": odd}, notes) == {"debt"}
    assert [fault.key for fault in notes.faults] == ["checked"]


def test_a_day_on_which_nothing_changes_moves_no_snapshot(kitchens: Home) -> None:
    """Claim: what is compiled of the directory is kept from day to day, and made anew only on a day on which an entry
    changes its state, once in that day."""

    def compiled() -> object:
        return kitchens.house.live.of(kitchens.house.db).finder.snapshot

    def version() -> int:
        with kitchens.house.db.read() as tx:
            return published.versions(tx)["directory"]

    tick(kitchens.house)
    at, before = version(), compiled()
    tick(kitchens.house)
    kitchens.later(days=1)
    tick(kitchens.house)
    assert version() == at
    assert compiled() is before
    kitchens.later(days=179)
    tick(kitchens.house)
    assert version() == at + 1
    assert compiled() is not before
    assert shown(kitchens) == [("new", False), ("old", True)]


def test_what_staff_changed_stands_until_the_source_says_otherwise(home: Home) -> None:
    """Claim: the same feed again undoes nobody's change; a feed that says something new is taken, and what stood
    before it can be seen."""
    house, told = home.house, service("one", date(2026, 11, 1))
    directory.put(house, [told], source="feed.json")
    by, seen = editor(home), desk.look(house, editor(home), "one").seen
    desk.edit(house, by, "one", {"phone": "020 7946 0111"}, needs=["food"], seen=seen)
    assert directory.put(house, [told], source="feed.json").unchanged == ("one",)
    assert [s.phone for s in directory.services(house, source="feed.json")] == ["020 7946 0111"]
    assert directory.put(house, [replace(told, cost="Free")], source="feed.json").updated == ("one",)
    with house.db.read() as tx:
        change, _ = entries.changes_of(tx, "one")
    assert json.loads(change.before or "")["phone"] == "020 7946 0111"


def test_absence_is_no_deletion(home: Home) -> None:
    """Claim: what its source lists no more is kept and offered, and marked with the day; listed again, the mark goes.
    A look that changes nothing marks nothing."""
    house, both = home.house, [service("one", date(2026, 11, 1)), service("two", date(2026, 11, 1))]
    directory.put(house, both, source="feed.json")
    assert directory.put(house, both[:1], source="feed.json", dry_run=True).missing == ("two",)
    assert _missing(home) == set()
    assert directory.put(house, both[:1], source="feed.json").missing == ("two",)
    assert _missing(home) == {"two"}
    assert {s.id for s in directory.services(house, source="feed.json")} == {"one", "two"}
    directory.put(house, both, source="feed.json")
    assert _missing(home) == set()


def test_what_staff_took_off_no_import_brings_back(home: Home) -> None:
    """Claim: an entry that staff took off stays off, however often its source lists it."""
    house, one = home.house, service("one", date(2026, 11, 1))
    directory.put(house, [one], source="feed.json")
    by = editor(home)
    desk.take_off(house, by, "one", seen=desk.look(house, by, "one").seen, off=True)
    change = directory.put(house, [replace(one, cost="Free")], source="feed.json")
    assert (change.added, change.updated) == ((), ())
    assert directory.services(house, source="feed.json") == []


def editor(home: Home) -> SignedIn:
    """Somebody who keeps the directory at the desk."""
    email = "edi.wren@council.example"
    with home.house.db.write() as tx:
        found = staff.find_staff(tx, email)
        if found is None:
            staff.add_staff(tx, email=email, name="Edi Wren", password_hash="", role="editor", now=home.clock.at)
            found = staff.find_staff(tx, email)
    assert found is not None
    return SignedIn(staff=found, token="")


def test_what_sank_comes_back_up_when_its_source_checked_it(home: Home) -> None:
    """Claim: an import with a newer check lifts an entry that sank for want of an answer, and one without does not."""
    house, told = home.house, service("one", date(2026, 11, 1))
    directory.put(house, [told], source="feed.json")
    with house.db.write() as tx:
        entries.keep(tx, "one", sunk_at=home.clock.at)
    for change, sunk in ((replace(told, cost="Free"), True), (replace(told, assured_on=date(2026, 11, 20)), False)):
        directory.put(house, [change], source="feed.json")
        with house.db.read() as tx:
            assert (entries.beside(tx, "one").sunk_at is not None) is sunk


def test_a_second_check_on_one_day_lifts_it_too_and_stands_in_its_history(home: Home) -> None:
    """Claim: whoever looks has looked, though the entry says today already: what sank comes up, and families who did
    not get through are answered for."""
    house, by = home.house, editor(home)
    directory.put(house, [service("one", home.clock.at.date())], source="feed.json")
    with house.db.write() as tx:
        entries.keep(tx, "one", sunk_at=home.clock.at)
        entries.not_reached(tx, "one", home.clock.at)
    desk.checked(house, by, "one", seen=desk.look(house, by, "one").seen)
    found = desk.look(house, by, "one")
    assert (found.line.sunk_at, found.line.flag) == (None, None)
    assert [past.change.how for past in found.past] == ["checked"]


def test_putting_back_an_old_edit_shows_nothing_that_was_taken_off(home: Home) -> None:
    """Claim: undoing an edit leaves an entry off that was taken off since; only what took it off, undone, shows it."""
    house, by = home.house, editor(home)
    directory.put(house, [service("one", date(2026, 11, 1))], source="feed.json")

    def seen() -> str:
        return desk.look(house, by, "one").seen

    def change(how: str) -> int:
        return next(past.change.id for past in desk.look(house, by, "one").past if past.change.how == how)

    desk.edit(house, by, "one", {"cost": "Free"}, needs=["food"], seen=seen())
    desk.take_off(house, by, "one", seen=seen(), off=True)
    desk.undo(house, by, "one", change("edited"), seen=seen())
    found = desk.look(house, by, "one")
    assert (found.line.off, found.line.service.cost) == (True, None)
    assert directory.put(house, [service("one", date(2026, 11, 2))], source="feed.json").updated == ()
    desk.undo(house, by, "one", change("off"), seen=seen())
    found = desk.look(house, by, "one")
    assert (found.line.off, found.line.service.cost) == (False, "Free")


def _missing(home: Home) -> set[str]:
    with home.house.db.read() as tx:
        return {entry.service_id for entry in entries.entries(tx).values() if entry.missing_at is not None}
