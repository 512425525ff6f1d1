"""The ground under the other tests: closed sockets, real databases, what a lost PostgreSQL keeps."""

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa

from tests.sockets import SocketsAreClosed

if TYPE_CHECKING:
    from tests.postgres import Cluster


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        lambda: socket.socket().connect(("127.0.0.1", 9)),
        lambda: socket.socket().connect_ex(("127.0.0.1", 9)),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"?", ("127.0.0.1", 9)),
        lambda: socket.getaddrinfo("localhost", 80),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_test_may_not_open_sockets(reach: Callable[[], object]) -> None:
    """Claim: each way out of a Python socket is shut to a test with no marker for it."""
    with pytest.raises(SocketsAreClosed):
        reach()


@pytest.mark.net
def test_a_marked_test_may_open_sockets() -> None:
    """Claim: the marker `net` opens them again."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_an_empty_database_of_each_kind(database_url: str) -> None:
    """Claim: `database_url` is an empty database on SQLite and on PostgreSQL."""
    assert tables_of(database_url) == []


def test_a_migrated_database_of_each_kind(migrated_url: str) -> None:
    """Claim: `migrated_url` stands at the newest schema."""
    assert "alembic_version" in tables_of(migrated_url)


@pytest.mark.postgres
def test_committed_rows_outlive_a_crash(postgres_cluster: "Cluster") -> None:
    """Claim: the server writes through to disk, so that fault tests on it mean something."""
    address = postgres_cluster.fresh()
    with psycopg.connect(address) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        connection.execute("CREATE TABLE kept (words text)")
        connection.execute("INSERT INTO kept VALUES ('said')")
    postgres_cluster.crash()
    postgres_cluster.start()
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT words FROM kept").fetchall() == [("said",)]


@pytest.mark.postgres
def test_clones_are_apart(postgres_cluster: "Cluster") -> None:
    """Claim: a clone starts from the prepared copy, made once, and what one writes another does not see."""
    prepared = []

    def prepare(address: str) -> None:
        prepared.append(address)
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE kept (words text)")

    one, other = (postgres_cluster.clone("ground", prepare) for _ in range(2))
    with psycopg.connect(one) as connection:
        connection.execute("INSERT INTO kept VALUES ('mine')")
    with psycopg.connect(other) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert len(prepared) == 1


def tables_of(address: str) -> list[str]:
    engine = sa.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    try:
        return sa.inspect(engine).get_table_names()
    finally:
        engine.dispose()
