"""A furnished house for each test, on either database."""

from collections.abc import Iterator

import pytest

from tests.houses import Home, make_home


@pytest.fixture
def home(migrated_url: str) -> Iterator[Home]:
    made = make_home(migrated_url)
    yield made
    made.house.db.close()
