"""The whole story through the real HTTP surface, on both databases: what the product is for, end to end."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from tests.standin import inbound_form, signature
from tests.story.service import Desk, Service, at, families, quiet_fortnight, service, until

# One service for them all, so all go to one worker.
pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.xdist_group("story")]

LOW, FALLING, GOOD, SILENT, STOPPER = (f"+4477009004{n:02}" for n in range(5))
SPEECH = "my 4yr old is not talking much yet, SW18 2PU"
KNIFE = "he has a knife hes outside"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def living(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(f"story-{request.param}")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'thrive.db'}"
    else:
        url = request.getfixturevalue("postgres_cluster").fresh()
    with service(folder, url) as made:
        yield made


def test_a_mother_finds_help_on_the_web(living: Service) -> None:
    """She types one sentence and gets up to three services, each with distance, ages, contact and why."""
    chat = living.chat()
    said = chat.say(SPEECH)
    assert "km" in said
    assert "0 to 5" in said or "1 to 5" in said
    assert re.search(r"020 \d{4} \d{4}|example\.org", said)
    assert "helps with child development" in said.lower()
    assert "Refer myself" in said
    assert chat.say("more") != said


def test_the_same_by_text(living: Service) -> None:
    """The same sentence, as a signed webhook, answered through the outbox and the real client."""
    heard = living.text("+447700900311", SPEECH, expect="Refer myself")
    assert "km" in heard
    assert "1." in heard


def test_an_unsigned_or_malformed_webhook_is_refused(living: Service) -> None:
    """403, never 500: unsigned, wrongly signed, or signed without what makes it a message."""
    url = f"{living.url}/sms/inbound"
    form = inbound_form("+447700900312", "hello", "SM" + "f" * 32)
    assert requests.post(url, data=form, timeout=10).status_code == 403
    wrong = {"X-Twilio-Signature": signature(url, form, "another-token")}
    assert requests.post(url, data=form, headers=wrong, timeout=10).status_code == 403
    bare = {"Body": "hello"}
    headers = {"X-Twilio-Signature": signature(url, bare)}
    assert requests.post(url, data=bare, headers=headers, timeout=10).status_code == 403
    assert requests.post(url, data=b"\xff\x00%%%", timeout=10).status_code == 403
    good = {**form, "UnknownField": "\x00x", "NumMedia": "1", "MediaContentType0": "image/jpeg", "Body": ""}
    headers = {"X-Twilio-Signature": signature(url, good)}
    answer = requests.post(url, data=good, headers=headers, timeout=10)
    assert (answer.status_code, "<Response" in answer.text) == (200, True)
    until(lambda: bool(living.heard("+447700900312")), "a kind answer to a picture with no words")


def test_she_refers_herself_and_the_team_answers(living: Service) -> None:
    """Signs of Safety, consents kept apart, a reference and an honest promise; the desk sees it and replies."""
    number = "+447700900313"
    living.text(number, "REFER", expect="going well")
    living.text(number, "he is kind and loves trains", expect="worried")
    living.text(number, "he hardly talks", expect="help")
    living.text(number, "someone to show me how", expect="0 to 10")
    living.text(number, "6", expect="children")
    answers = {
        "name": "Fatima", "postcode": "SW18 2PU", "reach": "2", "safe": "weekdays after 10am", "language": "English",
        "health": "yes", "school": "no", "volunt": "no", "text": "yes", "phone": "skip",
    }  # fmt: skip
    heard = living.text(number, "Ali March 2022", expect="?")
    for _ in range(14):
        if "reference is" in heard:
            break
        last = heard.lower().splitlines()
        asked = " ".join(last)
        reply = next((answer for word, answer in answers.items() if word in asked), "yes")
        heard = living.text(number, reply)
    reference = re.search(r"(?<=reference is )[2-9A-HJ-NP-Z]{8}", heard)
    assert reference, heard
    assert re.search(r"by .*(am|pm|noon).*day", heard), heard

    desk = living.desk()
    desk.sign_in()
    case = desk.get(f"/desk/cases/{reference[0]}")
    for words in ("he is kind and loves trains", "he hardly talks", "someone to show me how", "Ali"):
        assert words in case.text
    desk.act(reference[0], "claim")
    desk.act(reference[0], "reply", words="Hello Fatima, this is Sam. Can I call tomorrow at 11?")
    until(lambda: any("this is Sam" in m for m in living.heard(number)), "the worker's reply to arrive")
    silent = len(living.heard(number))
    living.text(number, "yes that is good", more=False)
    until(lambda: "yes that is good" in desk.get(f"/desk/cases/{reference[0]}").text, "her words in the case")
    assert len(living.heard(number)) == silent, "the bot is silent while a worker talks"
    closed = desk.act(
        reference[0], "close", outcome="early-help-offered", words="Spoke to her; a visit is booked.",
        offer="early-help", recorded_ref="EH-1", recorded_by="Sam",
    )  # fmt: skip
    assert closed.status == 200
    assert reference[0] not in desk.refs()


@pytest.mark.parametrize("opening", [None, SPEECH, "REFER", "HUMAN"])
def test_danger_comes_first_anywhere(living: Service, opening: str | None) -> None:
    """At any point, by text or web: the safety reply first, and an urgent case at the top of the inbox."""
    number = f"+4477009002{len(opening or ''):02}"
    if opening:
        living.text(number, opening)
    assert "999" in living.text(number, KNIFE, expect="999")
    chat = living.chat()
    if opening:
        chat.say(opening)
    assert "999" in chat.say(KNIFE)
    desk = living.desk()
    desk.sign_in()
    top = desk.get(f"/desk/cases/{desk.refs()[0]}")
    assert KNIFE in top.text
    assert "Urgent" in top.text


def test_stop_ends_messages_until_start_and_danger_is_still_heard(living: Service) -> None:
    """After STOP nothing is started; danger still gets its safety reply and a case; only START begins again."""
    number = "+447700900350"
    living.text(number, "hello")
    assert len(living.text(number, "STOP", expect="START")) > 0
    heard = len(living.heard(number))
    assert "999" in living.text(number, KNIFE, expect="999")
    living.text(number, "YES", more=False)
    living.text(number, "START", expect="")
    assert len(living.heard(number)) > heard
    assert living.text(number, "MENU")


def test_signed_out_every_desk_address_refuses(living: Service) -> None:
    """Without a session the desk shows only its door."""
    desk = living.desk()
    for path in (
        "/desk",
        "/desk/cases/ABCDEFGH",
        "/desk/people/ABCDEFGH",
        "/desk/ledger",
        "/desk/audit",
        "/desk/no-replies",
    ):
        assert desk.get(path).address.split("?")[0].endswith("/desk/sign-in")
    assert requests.post(f"{living.url}/desk/cases/ABCDEFGH/claim", timeout=10).status_code in {401, 403}
    assert "not right" in desk.sign_in("wrong-password").text


def test_keeping_in_touch(living: Service) -> None:
    """Four weeks after early help closed: the 0-10 question; low, falling and needy answers reach the desk with their
    reason, a good one is thanked and kept, silence is reminded once and then listed, STOP is honoured."""
    monday = quiet_fortnight(living.now())
    sheet = families(living.folder / "families.csv", monday - timedelta(days=28), [LOW, FALLING, GOOD, SILENT, STOPPER])
    done = living.thrive("enrol", str(sheet), "--json")
    assert '"added": 5' in done.stdout, done.stderr
    assert '"unchanged": 5' in living.thrive("enrol", str(sheet), "--json").stdout
    living.text(STOPPER, "STOP", expect="START")

    living.move_to(at(monday, 10, 5))
    for number in (LOW, FALLING, GOOD, SILENT):
        until(lambda n=number: any("0 to 10" in m for m in living.heard(n)), f"the check-in of {number}")
    assert not any("0 to 10" in m for m in living.heard(STOPPER))
    check_in = next(m for m in living.heard(GOOD) if "0 to 10" in m)
    assert not re.search(r"early help|referral|worr|abuse|benefit|child", check_in, re.IGNORECASE), check_in

    living.text(LOW, "2")
    living.text(FALLING, "6 but we have no heating")
    thanks = living.text(GOOD, "9")
    assert "thank" in thanks.lower()
    desk = living.desk()
    desk.sign_in()
    inbox = desk.get("/desk").text
    assert "2" in inbox
    assert "no heating" in inbox

    due = monday + timedelta(days=3)  # three working days on, a Thursday
    living.move_to(at(due, 10, 5))
    until(lambda: sum("0 to 10" in m for m in living.heard(SILENT)) == 2, "the one reminder")
    living.move_to(at(monday + timedelta(days=10), 12))
    until(lambda: "Parent4" in desk_fresh(living).get("/desk/no-replies").text, "the silent family on the list")
    assert sum("0 to 10" in m for m in living.heard(SILENT)) == 2

    ledger = living.thrive("ledger", "--json").stdout
    assert ledger.count('"answered"') == 3
    assert ledger.count('"no-reply"') == 1
    assert ledger.count('"suppressed"') == 1
    for line in ledger.splitlines():
        assert '"reason": "' in line


def desk_fresh(living: Service) -> Desk:
    """Half a working day has passed since the worker signed in: they sign in again."""
    desk = living.desk()
    desk.sign_in()
    return desk
