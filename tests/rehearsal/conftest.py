"""Content compiled once for a worker, and a house that stands at the first moment of the year."""

from collections.abc import Iterator

import pytest

from bot.content import Compiled
from bot.rehearsal.rehearsing import load
from bot.settings import ROOT
from scheduler.localtime import instant
from tests.houses import Home, make_home
from tests.rehearsal.year import FIRST


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    return load(ROOT / "content")


@pytest.fixture
def home(migrated_url: str) -> Iterator[Home]:
    made = make_home(migrated_url)
    made.clock.at = instant(FIRST)
    yield made
    made.house.db.close()
