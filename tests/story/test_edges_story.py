"""Right at the edges, over real HTTP: senders that cannot be answered, STOP at a provider that handles it
itself, pictures and voice."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.standin import inbound_form, signature
from tests.stored import stored_in
from tests.story.service import Desk, Service, service, until

# One service for them all, so all go to one worker.
pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.xdist_group("edges")]

LANDLINE = "+442079460321"
KNIFE = "he has a knife hes outside"


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module", params=BOTH)
def url_in(request: pytest.FixtureRequest) -> Callable[[Path], str]:
    """The address of a new database of each kind, for a service that lives in a folder."""
    if request.param == "sqlite":
        return lambda folder: f"sqlite:///{folder / 'thrive.db'}"
    cluster = request.getfixturevalue("postgres_cluster")
    return lambda _folder: cluster.fresh()


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory, url_in: Callable[[Path], str]) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("edges")
    with service(folder, url_in(folder)) as made:
        yield made


@pytest.fixture(scope="module")
def desk(living: Service) -> Desk:
    worker = living.desk()
    worker.sign_in()
    return worker


def page_with(desk: Desk, words: str, *, path: str = "/desk") -> str:
    """The text of the first case that shows these words; "" for none."""
    pages = (desk.get(f"/desk/cases/{ref}").text for ref in desk.refs(path))
    return next((text for text in pages if words in text), "")


def case_with(desk: Desk, words: str) -> str:
    until(lambda: bool(page_with(desk, words)), f"a case that shows {words!r}")
    return page_with(desk, words)


def test_a_landline_is_read_aloud_so_it_is_telephoned(living: Service, desk: Desk) -> None:
    """Its text is heard; the answer is not sent, the provider never asked, and the case says why and to telephone."""
    before = len(living.provider.calls())
    living.provider.text(LANDLINE, "hello from my home phone about food")
    page = case_with(desk, "020 7946 0321")
    assert "A landline: a text would be read aloud to whoever answers. Telephone instead" in page
    assert "Not reached" in page
    assert [call for call in living.provider.calls()[before:] if call["recipient"] == LANDLINE] == []


@pytest.mark.parametrize("sender", ["NHS-NoReply", "60777"])
def test_a_name_or_a_short_code_starts_no_conversation(living: Service, desk: Desk, sender: str) -> None:
    """Kept, answered 200, never answered and not shown; words of danger from it go before a person, without a reply."""
    assert (
        living.provider.text(sender, f"{sender} writes: your visit is on Monday. Reply HELP for help.")["answer"] == 200
    )
    assert living.provider.text(sender, f"{sender} STOP")["answer"] == 200
    living.text("+447700900331", "MENU")  # all that was before it has been dealt with
    assert living.heard(sender) == []
    assert sender not in desk.get("/desk/conversations").text
    assert page_with(desk, f"{sender} writes") == ""
    danger = f"Forwarded from {sender}: {KNIFE}"
    living.provider.text(sender, danger)
    page = case_with(desk, danger)
    assert "it sends and cannot be answered" in page
    assert f"Sent from {sender}." in page
    assert living.heard(sender) == []


def test_a_picture_alone_is_answered_in_their_language_and_noted(living: Service, desk: Desk) -> None:
    """Never silence: Polish with the English beside it, and a case that says how many and what kind."""
    number = "+447700900332"
    living.text(number, "Polski", expect="language")
    before = len(living.heard(number))
    living.provider.text(number, "", media=["image/jpeg", "image/png", "audio/ogg"])
    until(lambda: len(living.heard(number)) >= before + 2, "both languages")
    heard = "\n".join(living.heard(number)[before:])
    assert "Nie widzimy tu" in heard
    assert "We can't see pictures or hear voice messages here" in heard
    page = case_with(desk, "2 pictures and 1 voice message or sound (image/jpeg, image/png, audio/ogg)")
    assert "MediaUrl" not in page
    assert "api.twilio.com" not in page


def test_words_beside_a_picture_are_still_understood(living: Service, desk: Desk) -> None:
    """What they ask is answered, they are told that the picture is not seen, and a person knows of it."""
    number = "+447700900333"
    living.provider.text(number, "I need a food bank, SW18 2PU", media=["image/jpeg"])
    until(lambda: "hear voice messages here" in "\n".join(living.heard(number)), "a word about the picture")
    heard = "\n".join(living.heard(number))
    assert "food" in heard.lower()
    assert "km" in heard
    assert "1 picture (image/jpeg)" in case_with(desk, "They sent 1 picture (image/jpeg). Not fetched.")


def test_danger_beside_a_picture_is_danger(living: Service, desk: Desk) -> None:
    """The safety reply goes first; the one urgent case holds the words and the note of the picture."""
    number = "+447700900334"
    living.provider.text(number, KNIFE, media=["video/3gpp"])
    until(lambda: bool(living.heard(number)), "the safety reply")
    assert "999" in living.heard(number)[0]
    page = case_with(desk, "1 video (video/3gpp)")
    assert KNIFE in page
    assert "Urgent" in page
    assert "hear voice messages" not in "\n".join(living.heard(number))


def test_the_links_are_nowhere_in_the_clear(living: Service) -> None:
    """Neither in the database nor in the log, and nothing asked the provider for what they lead to."""
    stored = stored_in(living.environment["DATABASE_URL"])
    assert b"inbox" in stored
    printed = (living.folder / "server.log").read_bytes()
    assert b"Media/ME" not in stored + printed


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": "", "SmsMessageSid": "", "SmsSid": ""},
        {"From": ""},
    ],
)
def test_a_webhook_without_what_makes_it_a_message(living: Service, fields: dict[str, str]) -> None:
    """Signed, it is refused with the field that it lacks, and its words go nowhere, the answer's own included."""
    url = f"{living.url}/sms/inbound"
    form = {**inbound_form("+447700900335", "words nobody may lose", "SM" + "e" * 32), **fields}
    answer = requests.post(url, data=form, headers={"X-Twilio-Signature": signature(url, form)}, timeout=10)
    assert answer.status_code == 403
    assert answer.text.strip().endswith("is missing")
    assert "lose" not in answer.text


def test_twenty_thousand_characters_are_answered(living: Service, desk: Desk) -> None:
    """Danger at the very end of a body far longer than any text is still seen, and every word of it kept."""
    url = f"{living.url}/sms/inbound"
    number = "+447700900336"
    body = "and then we went to the park again. " * 560 + KNIFE
    assert len(body) > 20_000
    form = inbound_form(number, body, "SM" + "d" * 32)
    answer = requests.post(url, data=form, headers={"X-Twilio-Signature": signature(url, form)}, timeout=15)
    assert answer.status_code == 200
    until(lambda: any("999" in heard for heard in living.heard(number)), "the safety reply")


@pytest.fixture(scope="module")
def handled(tmp_path_factory: pytest.TempPathFactory, url_in: Callable[[Path], str]) -> Iterator[Service]:
    """The stand-in with its own keyword handling on: it confirms STOP, blocks with 21610 and says OptOutType."""
    folder = tmp_path_factory.mktemp("keywords")
    with service(folder, url_in(folder), keywords=True) as made:
        yield made


def test_stop_is_not_confirmed_twice_and_a_safety_reply_tells_the_team_to_telephone(handled: Service) -> None:
    """STOP: recorded, our confirmation not sent nor tried. Danger after it: tried, refused with 21610, and the case
    says to telephone; the doctor and the desk say what to turn off. START: texts again."""
    number = "+447700900341"
    assert checks(handled)["keywords"][0]
    handled.text(number, "hello", expect="1.")
    before, calls = len(handled.heard(number)), len(handled.provider.calls())
    handled.provider.text(number, "STOP")
    handled.text("+447700900342", "MENU")
    assert len(handled.heard(number)) == before
    assert not [one for one in handled.provider.calls()[calls:] if one["recipient"] == number]

    worker = handled.desk()
    worker.sign_in()
    handled.provider.text(number, KNIFE)
    page = case_with(worker, KNIFE)
    until(lambda: "Not reached" in case_with(worker, KNIFE), "the case to say that nobody was reached")
    page = case_with(worker, KNIFE)
    assert "the provider blocks texts to it" in page
    assert "They texted STOP: they cannot be texted. Telephone." in page
    assert "safety replies too" in page
    assert len(handled.heard(number)) == before

    ok, told = checks(handled)["keywords"]
    assert not ok
    assert "Opt-Out Management" in told
    assert "the number that texted STOP" in told
    assert "The texting provider answers STOP by itself" in worker.get("/desk").text

    handled.text(number, "START", expect="Welcome back")
    assert "the number that texted STOP" not in checks(handled)["keywords"][1]


def test_yes_answers_what_was_asked(handled: Service) -> None:
    """The provider takes YES for START; to us it is an answer while nobody has stopped."""
    number = "+447700900343"
    handled.text(number, "REFER", expect="?")
    heard = handled.text(number, "yes")
    assert "Welcome back" not in heard


def checks(living: Service) -> dict[str, tuple[bool, str]]:
    """What the doctor says, by check."""
    told = json.loads(living.thrive("doctor", "--json").stdout)
    return {one["check"]: (one["ok"], one["what_to_do"]) for one in told}


def test_a_flood_from_one_phone_ends_in_a_note_and_danger_in_it_is_answered(living: Service, desk: Desk) -> None:
    """Forty texts get thirty answers and one note, a STOP and words of danger theirs, and the desk shows them all."""
    number = "+447700900361"
    for at in range(40):
        living.provider.text(number, f"spam {chr(97 + at % 26)}{'x' * (at // 26)}")
    note = "We have had a lot of texts from this phone."
    until(lambda: any(note in words for words in living.heard(number)), "the note")
    assert "999" in living.text(number, KNIFE, expect="999")
    assert "You won't get any more texts" in living.text(number, "STOP", expect="You won't")
    assert len([words for words in living.heard(number) if note in words]) == 1
    assert len(living.heard(number)) <= 30 + 1 + 2 + 1  # the first words of all go beside the first answer
    page = case_with(desk, "spam nx")  # others of this service have the knife in theirs
    assert KNIFE in page
    assert "No automatic answer went: many texts came in a short time" in page
