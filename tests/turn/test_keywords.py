"""The provider's own handling of STOP and START: learnt from what it does, forgotten when it no longer shows."""

from datetime import timedelta
from itertools import count

import pytest

from bot import keywords
from bot.store import addresses, carrier
from bot.store import inbox as rows
from bot.turn.receipts import take_receipt
from bot.turn.receive import Arrival, receive
from flows.vocabulary import CARRIER_START, CARRIER_STOP
from messages.channel import Accepted, ChannelError, Outgoing, Receipt
from messages.leave import CARRIER_CONFIRMS
from messages.twilio_outcome import REASONS
from tests.houses import Home

A = "+447700900471"
KNIFE = "he has a knife hes outside"
COUNTED = count()


def text(home: Home, body: str, *, told: str | None = "", sender: str = A) -> None:
    """A family's text by a webhook; `told` is its OptOutType, None where it was only listed."""
    sid = f"SMk{next(COUNTED):029d}"
    receive(home.house, Arrival(kind="sms", account="AC1", sid=sid, sender=sender, text=body, opt_out=told))
    home.send()


def blocks(home: Home) -> None:
    """From now on the provider refuses whatever goes to this number."""

    def refuse(outgoing: Outgoing) -> Accepted:
        raise ChannelError(permanent=True, code="21610", reason=REASONS["21610"])

    home.pigeon.does = refuse


def handled(home: Home) -> keywords.Handled | None:
    return keywords.looked_up(home.house)


def receipts_of_stop(home: Home) -> list[tuple[str, str | None]]:
    return [(o.state, o.reason) for o in home.out(sender=A) if o.text_id == "stop-receipt"]


def test_each_of_the_carriers_words_stops_and_starts(home: Home) -> None:
    """In capitals or not, with a full stop or a please: our own list ends consent, once confirmed; START, YES and
    UNSTOP, with nothing asked since, begin again."""
    written = [form.format(word) for word in sorted(CARRIER_STOP) for form in ("{}", " {}. ", "{} please")]
    for number, word in enumerate([*written, *(w.upper() for w in CARRIER_STOP)]):
        sender = f"+4477009006{number:02}"
        text(home, word, sender=sender)
        assert home.address(sender).consent == "stopped", word
        assert [o.text_id for o in home.out(sender=sender) if o.state == "accepted"] == ["stop-receipt"], word
        text(home, sorted(CARRIER_START)[number % 3].upper(), sender=sender)
        assert home.address(sender).consent == "given", word


def test_yes_is_an_answer_until_they_have_stopped(home: Home) -> None:
    """It answers what was asked, whatever the provider takes it for; no consent is made of it."""
    text(home, "REFER")
    text(home, "YES", told="START")
    assert home.address(A).consent == "unasked"


def test_yes_to_a_safety_reply_after_stop_is_no_start(home: Home) -> None:
    """Something was said to them since: only START, from then on, starts again."""
    text(home, "STOP")
    text(home, KNIFE)
    text(home, "yes")
    assert home.address(A).consent == "stopped"
    text(home, "START")
    assert home.address(A).consent == "given"


@pytest.mark.parametrize(("word", "answer"), [("HELP", "help"), ("INFO", "help")])
def test_help_is_answered_by_us_too(home: Home, word: str, answer: str) -> None:
    """The provider's stock words say nothing of us."""
    text(home, word, told="HELP")
    assert answer in [o.text_id for o in home.out(sender=A)]


def test_no_second_confirmation_where_the_webhook_says_that_it_was_given(home: Home) -> None:
    """Consent is recorded all the same; nothing is tried, nobody telephones, and operators are warned."""
    text(home, "hello")
    text(home, "STOP", told="STOP")
    assert home.address(A).consent == "stopped"
    assert receipts_of_stop(home) == [("refused", CARRIER_CONFIRMS)]
    assert home.cases() == []
    assert handled(home) == keywords.Handled(seen_at=home.clock.now(), blocked=1)


def test_asking_to_stop_in_their_own_words_is_confirmed_by_us(home: Home) -> None:
    """The provider does not know those: it blocks nothing and answers nothing."""
    text(home, "HELP", told="HELP")
    text(home, "please stop texting me")
    assert receipts_of_stop(home) == [("accepted", None)]


def test_a_keyword_that_only_the_provider_knows_stops_too(home: Home) -> None:
    """It blocks them from then on, so to us they have stopped, with where that is known from. The word is one made up
    in the provider's console: a single word that we do not know, so that no reading of ours takes it for STOP."""
    text(home, "hello")
    text(home, "SCHOOLSTOP")
    assert home.address(A).consent != "stopped"
    text(home, "SCHOOLSTOP", told="STOP")
    address = home.address(A)
    assert address.consent == "stopped"
    with home.house.db.read() as tx:
        (*_, last) = addresses.consents_of(tx, address_ids=[address.id], person_ids=[])
    assert (last.given, last.wording_id, last.via) == (False, "provider.opt-out", "provider")


def test_it_is_learnt_from_the_refusal_of_our_confirmation(home: Home) -> None:
    """No webhook tells of it: the first STOP is confirmed and refused with 21610, the next is not even tried."""
    text(home, "hello")
    assert handled(home) is None
    blocks(home)
    text(home, "STOP")
    assert receipts_of_stop(home) == [("refused", REASONS["21610"])]
    assert handled(home) is not None
    assert home.cases() == []
    home.pigeon.does = None
    text(home, "START")
    text(home, "STOP")
    assert receipts_of_stop(home)[-1] == ("refused", CARRIER_CONFIRMS)


def test_nobody_telephones_about_a_refused_receipt_beside_a_death(home: Home) -> None:
    """The warm words confirm a STOP as the plain ones do: where the provider confirmed it, that is enough."""
    text(home, "hello")
    blocks(home)
    text(home, "my mum died dont text me again")
    assert [(o.text_id, o.state) for o in home.out(sender=A)][-1] == ("stop-receipt.loss", "refused")
    assert home.cases() == []


def test_a_safety_reply_is_tried_all_the_same_and_the_team_telephones(home: Home) -> None:
    """What we know of the provider may be old: danger is answered, and where that is refused somebody telephones."""
    text(home, "STOP", told="STOP")
    blocks(home)
    text(home, KNIFE)
    (case,) = home.cases()
    assert (case.level, case.not_reached) == ("urgent", True)
    assert [o.state for o in home.out(sender=A) if o.purpose == "safety"] == ["refused"]


def test_21610_ends_consent_wherever_it_comes_from(home: Home) -> None:
    """At once or in a receipt; an answer that nobody stopped is then no answer, and nothing was learnt of keywords."""
    text(home, "hello")
    (row, *_) = home.out(sender=A)
    receipt = Receipt(outbox=row.id, sid=row.provider_sid or "", word="undelivered", event="undelivered", code="21610")
    take_receipt(home.house, receipt)
    assert home.address(A).consent == "stopped"
    assert handled(home) is None


def test_21610_of_a_text_from_before_their_start_is_old_news(home: Home) -> None:
    """STOP, START, and only then the provider's late word about a text between them: they are still texted."""
    text(home, "hello")
    (row, *_) = home.out(sender=A)
    home.later(minutes=1)
    text(home, "STOP")
    home.later(minutes=1)
    text(home, "START")
    receipt = Receipt(outbox=row.id, sid=row.provider_sid or "", word="undelivered", event="undelivered", code="21610")
    take_receipt(home.house, receipt)
    assert home.address(A).consent == "given"


def test_a_stop_without_the_providers_word_says_that_it_was_turned_off(home: Home) -> None:
    """While it is on, each keyword's webhook says so. What was only listed says nothing either way."""
    text(home, "HELP", told="HELP")
    text(home, "STOP", told=None)
    assert handled(home) is not None
    text(home, "START", told="START")
    text(home, "STOP", told="")
    assert handled(home) is None
    assert receipts_of_stop(home)[-1] == ("accepted", None)


def test_a_safety_reply_that_arrives_says_so_too(home: Home) -> None:
    """Delivered to somebody who had stopped: the provider does not block them."""
    text(home, "STOP", told="STOP")
    text(home, KNIFE)
    (row,) = [o for o in home.out(sender=A) if o.purpose == "safety"][:1]
    receipt = Receipt(outbox=row.id, sid=row.provider_sid or "", word="delivered", event="delivered")
    take_receipt(home.house, receipt)
    assert handled(home) is None
    with home.house.db.read() as tx:
        assert carrier.blocked_since(tx, home.address(A).id) is None


def test_after_thirty_days_it_is_tried_again(home: Home) -> None:
    """What showed so long ago may have been mended: the next STOP is confirmed by us, and that shows it."""
    text(home, "hello")
    blocks(home)
    text(home, "STOP")
    home.pigeon.does = None
    text(home, "START")
    home.later(days=keywords.LASTS / timedelta(days=1))
    assert handled(home) is None
    text(home, "STOP")
    assert receipts_of_stop(home)[-1] == ("accepted", None)


def test_senders_that_cannot_be_answered_start_nothing(home: Home) -> None:
    """A name or a short code: the words are kept, with no reply, no talk, no consent and no place in the list."""
    for number, sender in enumerate(("NHS-NoReply", "60777", "Council")):
        for body in ("Your visit is on Monday", "STOP", "need help with food"):
            receive(
                home.house,
                Arrival(kind="sms", account="AC1", sid=f"SMo{number}{len(body)}", sender=sender, text=body, opt_out=""),
            )
        home.send()
        address = home.address(sender)
        with home.house.db.read() as tx:
            assert [m.state for m in rows.inbox_of(tx, [address.id])] == ["done"] * 3
        assert (address.consent, address.last_in_at, address.first_said_at) == ("unasked", None, None)
        assert home.out(sender=sender) == []
    assert home.cases() == []


def test_danger_from_one_of_them_goes_before_a_person(home: Home) -> None:
    """With the words that decided and no reply; the same message again changes nothing."""
    for _ in range(2):
        receive(home.house, Arrival(kind="sms", account="AC1", sid="SMp1", sender="Mum", text=KNIFE, opt_out=""))
    home.send()
    (case,) = home.cases()
    assert (case.level, case.reason, case.words, case.not_reached) == ("urgent", "danger", KNIFE, False)
    assert home.out(sender="Mum") == []
    assert home.address("Mum").last_in_at is not None
