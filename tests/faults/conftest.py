"""The real service on databases that are broken on purpose: a cluster of our own, small disks, a mail server."""

from collections.abc import Iterator

import pytest

from tests import postgres
from tests.conftest import missing
from tests.faults.grounds import Grounds


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[postgres.Cluster]:
    """A server that these tests may crash; whoever does starts it again."""
    if postgres.binaries() is None:
        missing(postgres.MISSING)
    with postgres.cluster() as running:
        yield running


@pytest.fixture(scope="session")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return Grounds(tmp_path_factory.mktemp("faults"))
