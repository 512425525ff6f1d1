"""One directory for every process and on both databases: what one changes the others show, in the same order."""

import time
from dataclasses import replace
from datetime import date
from itertools import product

from bot.live import Live
from bot.publishing import directory
from bot.store.database import Database
from directory.search import Query, Snapshot, search
from directory.service import Organisation, Service, ServiceArea
from tests.houses import KEYS, Home, shared_places

SOON_SECONDS = 5.0
ZEBRA = Service(
    id="zebra", name="Zebra kitchen", organisation=Organisation(id="org", name="Kitchens"), needs=("food",),
    service_areas=(ServiceArea(code="E09000032", name="Wandsworth"),), assured_on=date(2026, 11, 20),
)  # fmt: skip
ASKED = ("zebra kitchen", "toddler group", "librray in balham", "home start", "my son is anxious")


def test_a_change_is_shown_by_another_process_within_five_seconds(home: Home) -> None:
    """Claim: a process with a connection and a snapshot of its own, as another machine's, shows what was added,
    changed and taken out, each at its next look."""
    theirs, live = Database(home.house.settings.database_url, KEYS), Live(shared_places)
    try:
        assert "zebra" not in live.of(theirs).finder.snapshot.by_id
        for changed, ended in ((ZEBRA, ()), (replace(ZEBRA, cost="Free"), ()), (None, ("zebra",))):
            began = time.monotonic()
            directory.put(home.house, [changed] if changed else [], source="ours.csv", ended=ended)
            assert live.of(theirs).finder.snapshot.by_id.get("zebra") == changed
            assert time.monotonic() - began < SOON_SECONDS
    finally:
        theirs.close()


def test_either_database_gives_the_same_results(home: Home) -> None:
    """Claim: what is found from the database is what is found in the same entries held in memory: same order, scores
    and reasons, so that either database answers alike."""
    finder = home.house.live.of(home.house.db).finder
    entries = sorted(directory.services(home.house), key=lambda one: one.id)
    alone = Snapshot(entries, home=finder.snapshot.home)
    for text, where in product(ASKED, ("SW18 2PU", "SW4", "RH10 1HT")):
        query = Query(text=text, needs=("food",) if "zebra" in text else (), place=finder.places.read(where), limit=10)
        assert search(finder.snapshot, query).results == search(alone, query).results
