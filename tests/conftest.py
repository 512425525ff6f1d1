"""What every test may rely on: closed sockets, a database of either kind, a real browser."""

import base64
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

import pytest
import structlog
from hypothesis import settings

from tests.sockets import OPENING_MARKERS, Guard

if TYPE_CHECKING:
    from tests.browser import Chromium
    from tests.houses import Home
    from tests.postgres import Cluster
    from tests.running import Running

GUARD = Guard()


class Template(Protocol):
    def __call__(self, name: str = ..., prepare: Callable[[str], None] = ...) -> Path: ...


# two busy cores make any single example slow now and then; the number of examples keeps the suite quick
settings.register_profile("house", deadline=None, max_examples=60, print_blob=True)
settings.register_profile("house-ci", settings.get_profile("house"), derandomize=True, database=None)
settings.load_profile("house-ci" if os.environ.get("CI") == "true" else "house")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    GUARD.open = any(item.get_closest_marker(name) for name in OPENING_MARKERS)
    try:
        return (yield)
    finally:
        GUARD.open = True


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command run inside a test sets up logs for a process of its own; the next test is not that process."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def missing(words: str) -> NoReturn:
    """Leave the test out, saying what to install; in continuous integration nothing is left out."""
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)  # the README promises that a machine without PostgreSQL or Chromium runs all the rest


@pytest.fixture(scope="session")
def postgres_cluster() -> "Iterator[Cluster]":
    """A real server of this process's own. A test that asks for it is marked `postgres`."""
    from tests import postgres

    if postgres.binaries() is None:
        missing(postgres.MISSING)
    with postgres.cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database: each test that asks runs on SQLite and on PostgreSQL."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'thrive.db'}"
        return
    running: Cluster = request.getfixturevalue("postgres_cluster")
    address = running.fresh()
    yield address
    running.drop(address)


@pytest.fixture
def migrated_url(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest, sqlite_template: Template
) -> Iterator[str]:
    """The address of a database migrated to the newest schema, copied from one made once."""
    yield from _copy("migrated", migrate, database_kind, tmp_path, request, sqlite_template)


@pytest.fixture
def furnished_url(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest, sqlite_template: Template
) -> Iterator[str]:
    """The same with the content published and the sample directory loaded, which is the dear part of a new house."""
    yield from _copy("furnished", furnish, database_kind, tmp_path, request, sqlite_template)


def _copy(
    name: str, prepare: Callable[[str], None], kind: str, folder: Path, request: pytest.FixtureRequest,
    sqlite_template: Template,
) -> Iterator[str]:  # fmt: skip
    if kind == "sqlite":
        copy = folder / "thrive.db"
        shutil.copyfile(sqlite_template(name, prepare), copy)
        yield f"sqlite:///{copy}"
        return
    running: Cluster = request.getfixturevalue("postgres_cluster")
    address = running.clone(name, prepare)
    yield address
    running.drop(address)


@pytest.fixture
def home(furnished_url: str) -> "Iterator[Home]":
    """A furnished house on either database."""
    from tests.houses import bare_home

    made = bare_home(furnished_url)
    yield made
    made.house.db.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The file of an embedded database that was prepared, once a process, to be copied."""
    folder = tmp_path_factory.mktemp("template")

    def made(name: str = "migrated", prepare: Callable[[str], None] = migrate) -> Path:
        path = folder / f"{name}.db"
        if not path.exists():
            prepare(f"sqlite:///{path}")
        return path

    return made


def furnish(address: str) -> None:
    """Bring an empty database to a house of `tests.houses`: what `make_home` gives on a migrated one."""
    from tests.houses import make_home

    migrate(address)
    make_home(address).house.db.close()


def migrate(address: str) -> None:
    """Bring an empty database to the newest schema. The keys seal nothing here: a schema holds no words."""
    from bot.store.database import Database
    from bot.store.schema import upgrade
    from bot.store.sealed import Keyring

    key = base64.b64encode(bytes(32)).decode()
    database = Database(address, Keyring.parse(f"test:{key}", key))
    try:
        upgrade(database)
    finally:
        database.close()


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Chromium]":
    """Debian's Chromium, headless. A test that asks for it is marked `browser`."""
    from tests import browser

    if browser.executable() is None:
        missing(browser.MISSING)
    with browser.chromium() as running:
        yield running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Running]":
    """The demo as a process of its own, shared by the tests of a run. A test that asks for it is marked."""
    from tests import running

    with running.demo(tmp_path_factory.mktemp("demo")) as served:
        yield served
