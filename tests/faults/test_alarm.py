"""The alarm past the database: to the people of the urgent ladder, once an hour, and once more when it is over."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.alarms import Alarm
from bot.store import alerts
from bot.store.database import DatabaseError
from messages.smtp_email import SmtpEmail, read_smtp_url
from tests.conftest import migrate
from tests.houses import Home, make_home
from tests.mail import Post, PostOffice, post_office
from tests.postgres import Cluster

pytestmark = [pytest.mark.fault, pytest.mark.postgres, pytest.mark.slow]

LADDER = ("night.duty@test.example", "deputy@larkmere.example", "team.manager@larkmere.example", "edt@larkmere.example")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as running:
        yield running


@pytest.fixture
def home(own_cluster: Cluster, office: PostOffice) -> Iterator[Home]:
    """A house whose manager has set another address for the duty worker."""
    made = make_home(own_cluster.clone("alarm", migrate))
    mail = SmtpEmail(read_smtp_url(office.url, sender="desk@test.example"))
    made.house = replace(made.house, channels={**made.house.channels, "email": mail})
    with made.house.db.write() as tx:
        alerts.put_contact(
            tx, role="duty-worker", phone=None, email="night.duty@test.example", now=made.clock.now(), by=None
        )
    yield made
    made.house.db.close()


@pytest.fixture
def away(own_cluster: Cluster) -> Iterator[Cluster]:
    """A server that the test stops; it stands again afterwards."""
    yield own_cluster
    own_cluster.stop()
    own_cluster.start()


def fail_to_write(home: Home) -> None:
    with pytest.raises(DatabaseError), home.house.db.write():
        pass


def told(post: Post) -> list[tuple[str, str]]:
    return [(to, str(letter["Subject"])) for to, letter in post.taken]


def test_everyone_on_the_ladder_is_told_once_an_hour_and_of_its_end(
    home: Home, office: PostOffice, away: Cluster
) -> None:
    """The addresses are those known before it went; no letter holds a number or a family's word."""
    alarm = Alarm(home.house, restart_seconds=0)
    home.text("he has a knife hes outside")
    alarm.round()
    assert told(office.post) == []
    away.stop()
    fail_to_write(home)
    alarm.round()
    assert [to for to, _ in told(office.post)] == list(LADDER)
    home.later(minutes=59)
    alarm.round()
    assert len(office.post.taken) == len(LADDER)
    home.later(minutes=2)
    alarm.round()
    assert len(office.post.taken) == 2 * len(LADDER)
    assert {subject for _, subject in told(office.post)} == {
        "Larkline: The database takes no writes: nothing new is kept"
    }
    away.start()
    alarm.round()
    assert told(office.post)[2 * len(LADDER) :] == [(to, "Larkline: The database takes writes again") for to in LADDER]
    alarm.round()
    assert len(office.post.taken) == 3 * len(LADDER)
    whole = "\n".join(letter.as_string() for _, letter in office.post.taken)
    assert not re.search(r"knife|07700|\+44", whole)


def test_a_restart_of_the_database_alarms_nobody(home: Home, office: PostOffice, away: Cluster) -> None:
    """It is back within the minute: a line of the log, and no letter."""
    alarm = Alarm(home.house)
    away.stop()
    fail_to_write(home)
    alarm.round()
    away.start()
    alarm.round()
    assert (home.house.db.standing, told(office.post)) == (None, [])


def test_a_mail_server_that_takes_nothing_is_tried_again_each_minute(
    home: Home, office: PostOffice, away: Cluster
) -> None:
    """A refusal is no telling: the hour does not begin with it."""
    alarm = Alarm(home.house, restart_seconds=0)
    alarm.round()
    office.post.answers["RCPT"] = "451 come back later"
    away.stop()
    fail_to_write(home)
    alarm.round()
    assert told(office.post) == []
    office.post.answers.clear()
    home.later(seconds=30)
    alarm.round()
    assert told(office.post) == []
    home.later(seconds=31)
    alarm.round()
    assert [to for to, _ in told(office.post)] == list(LADDER)
