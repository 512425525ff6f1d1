"""What `thrive doctor` says of a service that runs: its clock, its dispatcher, its copies, and who watches it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import published
from tests.bot.cli.conftest import Operator
from tests.bot.cli.test_serving import checks
from tests.houses import AT, Home, make_home


@pytest.fixture
def home(thrive: Operator, tmp_path: Path) -> Iterator[Home]:
    made = make_home(thrive.settings["DATABASE_URL"])
    thrive.at(tmp_path, AT)
    living(made)
    yield made
    made.house.db.close()


def living(home: Home, **beats: timedelta) -> None:
    with home.house.db.write() as tx:
        for part in ("clock", "dispatcher", "backup"):
            published.beat(tx, part, AT - beats.get(part, timedelta(0)))


def test_a_service_that_runs_is_well(thrive: Operator, home: Home) -> None:
    """Claim: with beats of just now and a copy of today nothing is to be done about any of them."""
    found = checks(thrive("doctor", "--json"))
    for name in ("clock", "dispatcher", "sending", "backup", "metrics"):
        assert found[name] == (True, ""), name


@pytest.mark.parametrize("part", ["clock", "dispatcher"])
def test_what_stands_still_is_named_with_when_and_what_to_start(thrive: Operator, home: Home, part: str) -> None:
    """Claim: three minutes without a beat, whatever the queue holds."""
    living(home, **{part: timedelta(minutes=3)})
    ok, told = checks(thrive("doctor", "--json"))[part]
    assert not ok
    assert "2026-11-23T10:57" in told
    assert "`thrive serve`" in told


def test_a_clock_whose_work_fails_is_not_well(thrive: Operator, home: Home) -> None:
    """Claim: it beats, and what fails is named."""
    with home.house.db.write() as tx:
        published.beat_once(tx, "failing:alerts", AT - timedelta(minutes=3))
    ok, told = checks(thrive("doctor", "--json"))["clock"]
    assert not ok
    assert "alerts" in told


def test_a_pause_is_named_and_not_taken_for_a_slow_dispatcher(thrive: Operator, home: Home, tmp_path: Path) -> None:
    """Claim: what waits because of a pause is told as the pause, with `thrive resume`."""
    home.text("hello")
    with home.house.db.write() as tx:
        published.set_flag(tx, "paused", "restored", AT)
    thrive.at(tmp_path, AT + timedelta(seconds=100))
    home.clock.at = AT + timedelta(seconds=100)
    found = checks(thrive("doctor", "--json"))
    assert not found["sending"][0]
    assert "thrive resume" in found["sending"][1]
    assert found["dispatcher"] == (True, "")


def test_an_old_copy_is_named_with_its_age(thrive: Operator, home: Home, tmp_path: Path) -> None:
    """Claim: `thrive backup` is known of; two days later it is old; none at all is a warning."""
    living(home, backup=timedelta(days=3))
    ok, told = checks(thrive("doctor", "--json"))["backup"]
    assert not ok
    assert "3 days old" in told
    assert thrive("backup", str(tmp_path / "copy.db")).code == 0
    assert checks(thrive("doctor", "--json"))["backup"] == (True, "")
    with home.house.db.write() as tx:
        published.still(tx, "backup")
    ok, told = checks(thrive("doctor", "--json"))["backup"]
    assert ok
    assert "No `thrive backup`" in told


def test_a_missing_metrics_token_is_a_warning_where_others_can_reach_us(thrive: Operator, home: Home) -> None:
    """Claim: named on a public address; not on this machine's own; set, it is well and never told."""
    thrive.settings["PUBLIC_URL"] = "https://text.example.gov.uk"
    ok, told = checks(thrive("doctor", "--json"))["metrics"]
    assert ok
    assert "METRICS_TOKEN is not set" in told
    thrive.settings["METRICS_TOKEN"] = "a-token-of-the-scraper"
    done = thrive("doctor", "--json")
    assert checks(done)["metrics"] == (True, "")
    assert "a-token-of-the-scraper" not in done.out + done.err
