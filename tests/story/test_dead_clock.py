"""A clock that dies while pages and sender live: everybody who can say so says so, though the clock cannot."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from bot.clock import ShiftedClock
from tests.bot.cli.conftest import SETTINGS
from tests.postgres import Cluster
from tests.running import Running, free_port
from tests.story.service import Browser, Desk, furnish, until

pytestmark = [pytest.mark.postgres, pytest.mark.net, pytest.mark.slow]


@contextmanager
def role(name: str, environment: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", name], env={**os.environ, **environment}, stdout=out, stderr=out
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def test_a_dead_clock_is_told_by_the_web_process(postgres_cluster: Cluster, tmp_path: Path) -> None:
    """Claim: `thrive clock` is killed. Within two minutes /readyz is 503 and names it, /metrics tells its age and not
    the sender's, a page of the desk says in red what that means and that an urgent case has nobody; within a minute
    more the web process itself logs an error. Started again, all are well."""
    port, clock_file = free_port(), tmp_path / "clock"
    clock_file.write_text("0.0")
    environment = {
        **SETTINGS, "DATABASE_URL": postgres_cluster.fresh(), "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CLOCK_FILE": str(clock_file),
    }  # fmt: skip
    furnish(environment)
    web = Running(
        [sys.executable, "-m", "bot.cli", "web", "--port", str(port)], port=port, environment=environment,
        log=tmp_path / "web.log",
    )  # fmt: skip
    with ExitStack() as running:
        web.start()
        running.callback(web.kill)
        running.enter_context(role("worker", environment, tmp_path / "worker.log"))
        clock = running.enter_context(role("clock", environment, tmp_path / "clock.log"))
        until(lambda: ready(web)[0] == 200, "all to live")
        desk = Desk(web.url, "practitioner@test.example")
        assert desk.sign_in().status == 200
        assert "app-alert" not in desk.get("/desk").source

        clock.kill()
        clock.wait()
        family = Browser(web.url)
        form = family.get("/").form("/chat")
        assert "999" in family.post("/chat", {**form, "text": "he has a knife hes outside"}).text
        killed = time.monotonic()
        ShiftedClock(clock_file).move(timedelta(minutes=2, seconds=1))
        until(lambda: ready(web) == (503, ["clock"]), "the sender to beat, and the clock to be missed")
        age = '{part="clock"} '
        told = requests.get(f"{web.url}/metrics", timeout=10).text
        assert 120 < float(told.partition(f"thrive_heartbeat_age_seconds{age}")[2].split()[0]) < 300
        band = desk.get("/desk/conversations").text
        assert "The clock has stood still since" in band
        assert "Nobody is texted or emailed about urgent cases." in band
        assert "1 urgent case has nobody yet, and nobody is being told of it." in band
        until(lambda: any(errors(web.log)), "the web process to say so", seconds=75 - (time.monotonic() - killed))
        assert {(line["what"], line["of"], line["urgent_unanswered"]) for line in errors(web.log)} == {
            ("clock", "watchman", 1)
        }
        running.enter_context(role("clock", environment, tmp_path / "clock.log"))
        until(lambda: ready(web)[0] == 200, "the clock to live again")
        assert "app-alert" not in desk.get("/desk").source


def ready(web: Running) -> tuple[int, list[str]]:
    answer = requests.get(f"{web.url}/readyz", timeout=10)
    return answer.status_code, [reason["what"] for reason in answer.json()["reasons"]]


def errors(log: Path) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "service is not well"]
