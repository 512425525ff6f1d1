"""Content compiled once for a worker, and a house that stands at the first moment of the year with the same content."""

from collections.abc import Iterator

import pytest

from bot.content import Compiled, Content, compile_content, read_content
from bot.publishing import content as publishing
from bot.settings import ROOT
from scheduler.localtime import instant
from tests.houses import AMPLE, Home, at_rate, bare_home
from tests.rehearsal.year import FIRST

DAILY_CAP = "5"  # one an hour: forty families take turns


@pytest.fixture(scope="session")
def published() -> Content:
    shipped = at_rate(read_content(ROOT / "content"), AMPLE)
    council = shipped.files["council.yaml"]
    contact = {**council["contact"], "daily_cap": DAILY_CAP}
    return Content({**shipped.files, "council.yaml": {**council, "contact": contact}})


@pytest.fixture(scope="session")
def compiled(published: Content) -> Compiled:
    return compile_content(published)


@pytest.fixture
def home(furnished_url: str, published: Content) -> Iterator[Home]:
    made = bare_home(furnished_url)
    made.clock.at = instant(FIRST)
    publishing.publish(made.house, published, by="test")
    yield made
    made.house.db.close()
