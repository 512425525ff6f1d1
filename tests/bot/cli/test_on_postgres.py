"""The same commands on PostgreSQL."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.bot.cli.conftest import SETTINGS, Operator, sheet
from tests.bot.cli.test_families import counts
from tests.postgres import Cluster
from tests.running import Running, free_port

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def apart(bare: Operator, postgres_cluster: Cluster) -> Operator:
    """An operator of a service on an empty PostgreSQL, whose address is written as hosts write it."""
    address = postgres_cluster.fresh().replace("postgresql://", "postgres://")
    bare.settings.update({**SETTINGS, "DATABASE_URL": address})
    return bare


def test_a_service_from_nothing(apart: Operator, tmp_path: Path) -> None:
    """Claim: schema, content, directory, families, accounts, search, ledger and doctor, on an empty PostgreSQL."""
    assert apart("search", "food").code == 1
    assert apart("db", "upgrade", "--json").json["from"] is None
    assert apart("directory", "import", "--sample", "--json").json["refused"] == []
    assert apart("publish", "--json").json["published"] is False
    path = str(sheet(tmp_path / "f.csv"))
    assert counts(apart("enrol", path, "--dry-run", "--json").json) == (2, 0, 0)
    assert counts(apart("enrol", path, "--json").json) == (2, 0, 0)
    assert counts(apart("enrol", path, "--json").json) == (0, 0, 2)
    account = ("user", "add", "--email", "a@test.example", "--name", "A", "--role", "manager")
    assert apart(*account, stdin="a-long-enough-password\n").code == 0
    found = apart("search", "food", "--postcode", "SW18 2PU", "--json").json
    assert found["place"]["precision"] == "postcode"
    assert len(found["results"]) == 3
    assert apart("ledger", "--json").lines == []
    assert apart("resume", "--json").json == {"was_paused": False}
    doctor = {check["check"]: check["ok"] for check in apart("doctor", "--json").json}
    assert doctor.pop("clock") is False
    assert doctor.pop("dispatcher") is False  # nothing has run yet
    assert doctor.pop("alerts") is False  # the shipped council names nobody's telephone
    assert all(doctor.values()), doctor


@pytest.mark.net
def test_each_role_runs_apart(apart: Operator, tmp_path: Path) -> None:
    """Claim: pages, clock and dispatcher as three processes: ready once the clock beats, each stopped with 0."""
    port = free_port()
    command = [sys.executable, "-m", "bot.cli"]
    web = Running(
        [*command, "web", "--port", str(port)], port=port, environment=apart.settings, log=tmp_path / "web.log"
    )
    web.start()
    environment = {**os.environ, **apart.settings}
    others = [subprocess.Popen([*command, role], env=environment) for role in ("clock", "worker")]
    try:
        end = time.monotonic() + 20
        while requests.get(f"{web.url}/readyz", timeout=5).status_code != 200:
            assert time.monotonic() < end, requests.get(f"{web.url}/readyz", timeout=5).json()
            time.sleep(0.2)
        assert requests.get(f"{web.url}/", timeout=20).status_code == 200
    finally:
        for other in others:
            other.send_signal(signal.SIGTERM)
        codes = [other.wait(timeout=20) for other in others]
        stopped = web.stop()
    assert (codes, stopped) == ([0, 0], 0)
