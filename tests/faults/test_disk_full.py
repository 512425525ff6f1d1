"""The disk of the database is really full: nothing is accepted that could not be kept, people are told past the
database, and everything goes on by itself when there is room."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
import requests

from tests.chaos.accounting import finish
from tests.chaos.talking import DANGER, NEED
from tests.faults.grounds import Disk, Grounds, small_disk
from tests.mail import PostOffice, post_office
from tests.postgres import Cluster
from tests.running import Running
from tests.story.service import Chat, Page, Service, until

pytestmark = [pytest.mark.fault, pytest.mark.slow]

Posted = TypeVar("Posted", Page, requests.Response)
LADDER = ("duty.worker", "deputy", "team.manager", "edt")
WORDS = "I am so tired and I do not know who to ask"
PHONE = "020 7946 0110"
# Of the database that shares its disk with the service: a server's disk is its own to watch.
EMBEDDED = pytest.mark.parametrize("filled", ["sqlite"], indirect=True, scope="module")
SQLITE_MEGABYTES, POSTGRES_MEGABYTES = 24, 48


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], scope="module")
def filled(
    request: pytest.FixtureRequest, grounds: Grounds, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Disk, PostOffice]]:
    """A service with its database on a small disk; with SQLite its log too, as a small machine would have it."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("small") / "disk"
        with (
            small_disk(folder, SQLITE_MEGABYTES) as disk,
            post_office() as office,
            grounds.service(folder=folder, more={"SMTP_URL": office.url}) as living,
        ):
            yield living, disk, office
        return
    cluster: Cluster = request.getfixturevalue("own_cluster")
    folder = cluster.home / "disk"  # where the server's own user may go
    with (
        small_disk(folder, POSTGRES_MEGABYTES) as disk,
        post_office() as office,
        grounds.service(cluster=cluster, disk=folder, more={"SMTP_URL": office.url}) as living,
    ):
        yield living, disk, office


@pytest.fixture(autouse=True)
def _room_again(filled: tuple[Service, Disk, PostOffice]) -> Iterator[None]:
    yield
    filled[1].free()


def refuse(living: Service, disk: Disk, number: str, words: str) -> int:
    """Fill the disk and text until it is refused; returns how many were taken in before the last room was used."""
    disk.fill()
    for taken in range(60):
        status = living.provider.text(number, f"{words} {taken}")["answer"]
        if status != 200:
            assert status == 503
            return taken
        disk.fill()
    raise AssertionError("sixty texts were taken in on a full disk")


def refused(disk: Disk, family: Chat, post: Callable[[], Posted]) -> Posted:
    """The answer to a post that the full disk refuses. PostgreSQL gives room back by itself, a page at a time, so the
    disk is filled again before each; what is taken is kept, and the family sees it among their words."""
    for _ in range(60):
        disk.fill()
        answer = post()
        status = answer.status if isinstance(answer, Page) else answer.status_code
        if status != 200:
            return answer
        assert WORDS in family.get("/").text
    raise AssertionError("sixty posts were taken in on a full disk")


def subjects(office: PostOffice, words: str) -> int:
    return sum(words in str(letter["Subject"]) for _, letter in office.post.taken)


def ready(running: Running) -> tuple[int, dict[str, object]]:
    answer = requests.get(f"{running.url}/readyz", timeout=30)
    return answer.status_code, answer.json()


def test_nothing_is_taken_that_could_not_be_kept_and_it_goes_on_by_itself(
    filled: tuple[Service, Disk, PostOffice],
) -> None:
    """503 to the provider, a kind page to the family with the telephone and their words, pages that read go on,
    `/readyz` says `disk`, staff have one letter; with room again all of it is taken in once, and answered."""
    living, disk, office = filled
    before, after = "+447700900110", "+447700900111"
    living.text(before, NEED)
    family, desk = living.chat(), living.desk()
    family.say("is there a playgroup near SW18 2PU")
    assert "999" in family.get("/").text
    desk.sign_in()

    refuse(living, disk, before, "and something for his speech")
    assert living.provider.text(after, DANGER)["answer"] == 503
    page = refused(disk, family, lambda: family.post("/chat", {**family.get("/").form("/chat"), "text": WORDS}))
    assert (page.status, PHONE in page.text) == (503, True)
    assert re.search(rf"<textarea[^>]*>\s*{WORDS}</textarea>", page.source)
    asked = {"Accept": "application/json", "Origin": living.url}
    told = refused(
        disk,
        family,
        lambda: family.session.post(
            f"{living.url}/chat", data={**family.get("/").form("/chat"), "text": WORDS}, headers=asked, timeout=30
        ),
    )
    assert (told.status_code, told.json()) == (503, {"fault": "away"})
    for path in ("/", "/help", "/help?need=food", "/privacy", "/api/services", "/healthz"):
        assert family.get(path).status == 200, path
    shut = desk.get("/desk")
    # PostgreSQL may still have a page with room for who looked: then the red band says it
    assert (shut.status in {200, 503}, "The disk is full" in shut.text, "telephone" in shut.text) == (True, True, True)

    until(lambda: {email.split("@")[0] for email, _ in office.post.taken} == set(LADDER), "a letter to each", 30)
    assert len(office.post.taken) == len(LADDER)
    letters = "\n".join(letter.as_string() for _, letter in office.post.taken)
    assert "The disk is full" in letters
    assert not re.search(r"knife|tired|speech|7700900", letters)
    status, report = ready(living.running)
    assert (status, report["disk"]) == (503, "full")

    disk.free()
    until(lambda: ready(living.running)[1]["disk"] != "full", "room to be found", 20)
    assert "999" in living.text(after, f"{DANGER} now")
    assert WORDS in family.say(WORDS)
    until(lambda: subjects(office, "takes writes again") == len(LADDER), "the good news for each", 20)
    assert subjects(office, "The disk is full") == len(LADDER)
    counts = finish(living, runs=1, danger=[after])
    assert counts.kept, counts.broken


def test_what_was_taken_but_could_not_be_noted_is_never_sent_again(filled: tuple[Service, Disk, PostOffice]) -> None:
    """The provider takes a text while the disk fills: neither our record nor its receipt can be written. Afterwards it
    is found in the provider's list, and was sent once."""
    living, disk, _ = filled
    number = "+447700900112"
    living.provider.fault("late-201", to=number, seconds=3)
    living.provider.text(number, NEED)
    until(lambda: bool(living.heard(number)), "the provider to take it")
    refuse(living, disk, "+447700900113", "hello")
    time.sleep(4)  # the late answer comes, and cannot be noted
    disk.free()
    until(lambda: ready(living.running)[1]["disk"] != "full", "room to be found", 20)
    counts = finish(living, runs=1)
    assert counts.kept, counts.broken
    assert len(living.heard(number)) == len(set(living.heard(number)))


@EMBEDDED
def test_a_log_that_cannot_be_written_stops_no_thread(filled: tuple[Service, Disk, PostOffice]) -> None:
    """The log is on the same full disk: every line about the trouble fails, and the senders and the clock live on."""
    living, disk, _ = filled
    assert living.running.log.parent == disk.path
    refuse(living, disk, "+447700900114", "hello")
    time.sleep(8)  # several ticks, each of which wants to say that it failed
    disk.free()
    until(lambda: ready(living.running)[1]["disk"] != "full", "room to be found", 20)
    assert living.text("+447700900115", NEED)
    counts = finish(living, runs=1)
    assert counts.kept, counts.broken
    lines = living.running.log.read_text().splitlines()
    assert any("database takes writes again" in line for line in lines)
    assert not any("7700900" in line for line in lines)


@EMBEDDED
def test_a_low_disk_is_told_of_before_it_is_full(filled: tuple[Service, Disk, PostOffice]) -> None:
    """`thrive doctor` names a disk with little room; so does the desk, and `/readyz`."""
    living, _disk, _office = filled
    checks = {check["check"]: check for check in json.loads(living.thrive("doctor", "--json").stdout)}
    assert not checks["disk"]["ok"]
    desk = living.desk()
    desk.sign_in()
    assert "The disk is nearly full" in desk.get("/desk").text
    assert ready(living.running)[1]["disk"] == "nearly full"
