"""Somebody is told: the whole ladder over HTTP, with a real mail server, and a server killed in the middle of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.mail import Post, PostOffice, post_office
from tests.story.service import Service, service, until

FAMILY = "+447700900341"
DUTY, DEPUTY, MANAGER = "+447700900951", "+447700900952", "+447700900953"
DUTY_MAIL, DEPUTY_MAIL = "duty.worker@larkmere.example", "deputy@larkmere.example"
WORDS = "hes got a knife hes outside my door, my name is Zuleika"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office(Post()) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def living(request: pytest.FixtureRequest, tmp_path: Path, office: PostOffice) -> Iterator[Service]:
    url = f"sqlite:///{tmp_path / 'thrive.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_cluster").fresh()
    with service(tmp_path, url, more={"SMTP_URL": office.url}) as made:
        yield made


def later(living: Service, **by: float) -> None:
    living.move_to(living.now() + timedelta(**by))


@pytest.mark.net
@pytest.mark.slow
def test_danger_reaches_the_duty_worker_then_the_deputy_who_answers(living: Service, office: PostOffice) -> None:
    """A family texts danger; the duty worker's text and email hold a link and nothing else; nobody acknowledges; the
    deputy is told, opens the case, which ends nothing, acknowledges, which does; the case tells the whole story."""
    assert "999" in living.text(FAMILY, WORDS, expect="999")
    until(lambda: bool(living.heard(DUTY) and office.post.to(DUTY_MAIL)), "text and email to the duty worker")
    (text,), (email,) = living.heard(DUTY), office.post.to(DUTY_MAIL)
    link = re.search(rf"{re.escape(living.url)}/desk/cases/([0-9A-Z]{{8}})", text)
    assert link is not None
    letter = f"{email['Subject']} {email.get_content()}"
    assert link[0] in letter
    for told in (text, letter):
        assert not any(word in told.casefold() for word in ("zuleika", "knife", "door", "7700900341"))
    assert living.heard(DEPUTY) == []

    later(living, minutes=5)
    until(lambda: bool(living.heard(DEPUTY) and office.post.to(DEPUTY_MAIL)), "text and email to the deputy")
    assert len(living.heard(DUTY)) == len(office.post.to(DUTY_MAIL)) == 1

    ref = link[1]
    stranger = living.desk()
    assert stranger.post(f"/desk/cases/{ref}/acknowledge", {}).status in {401, 403}
    desk = living.desk()
    desk.sign_in()
    opened = desk.get(f"/desk/cases/{ref}")
    assert "Nobody has acknowledged this alert" in opened.text
    assert "Team manager is told next" in opened.text
    later(living, minutes=5)
    until(lambda: bool(living.heard(MANAGER)), "a text to the manager, since opening is not acknowledging")
    done = desk.act(ref, "acknowledge")
    assert "Acknowledged: nobody more is told" in done.text
    assert "Nobody has acknowledged this alert" not in done.text
    page = desk.get(f"/desk/cases/{ref}").text
    assert "Alert acknowledged , Practitioner Test" in page
    assert re.search(r"Text to Duty worker , .{5,40} Arrived", page), page
    assert re.search(r"Email to Duty worker , .{5,40} Taken by the mail server", page), page
    later(living, hours=2)
    living.text(FAMILY, "menu", expect="help")  # the clock and the senders have been round since
    assert living.heard("+447700900954") == []


@pytest.mark.net
@pytest.mark.slow
@pytest.mark.fault
def test_killed_while_a_letter_is_under_way(living: Service, office: PostOffice) -> None:
    """The mail server holds the letter and the service is killed: after its start the letter is not handed in again,
    and the deputy is told instead. The family's reply went out meanwhile."""
    office.post.hangs = True
    assert "999" in living.text(FAMILY, WORDS, expect="999")
    until(lambda: office.post.begun == [DUTY_MAIL], "the letter to be under way")
    living.running.kill()
    office.post.hangs = False
    living.running.start()
    later(living, minutes=2, seconds=10)
    until(lambda: bool(office.post.to(DEPUTY_MAIL)), "an email to the deputy")
    assert office.post.begun.count(DUTY_MAIL) == 1
    assert len(living.heard(DUTY)) == 1
