"""Every fault of the registry in its short form, on both databases: nothing lost, nothing doubled, promises kept.

`make chaos` is the long form, with the table. A failure here names its seed: `make chaos SEED=... ONLY=...`.
"""

import random
from collections.abc import Iterator

import pytest

from tests.chaos.places import Places
from tests.chaos.registry import FAULTS, Fault
from tests.chaos.runner import inject, table

pytestmark = [pytest.mark.fault, pytest.mark.slow]

CASES = [
    pytest.param(fault, kind, id=f"{fault.name}-{kind}", marks=[pytest.mark.postgres] if kind == "postgres" else [])
    for kind in ("sqlite", "postgres")
    for fault in FAULTS
    if kind in fault.databases
]


@pytest.fixture(scope="module")
def seed() -> str:
    return str(random.SystemRandom().randrange(10**9))


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    made = Places(tmp_path_factory.mktemp("chaos"))
    yield made
    made.close()


@pytest.mark.parametrize(("fault", "kind"), CASES)
def test_nothing_is_lost_and_nothing_doubled(
    fault: Fault, kind: str, seed: str, places: Places, request: pytest.FixtureRequest
) -> None:
    """The fault strikes the real service; afterwards the provider's count and ours agree, and all has ended."""
    if kind == "postgres":
        places.cluster = request.getfixturevalue("postgres_cluster")
    line = inject(places, fault, kind, seed, fault.short)
    told = "\n".join([table([line]), f"seed {seed}", line.error, *(line.counts.broken if line.counts else ())])
    assert line.kept, told
    print(told)
