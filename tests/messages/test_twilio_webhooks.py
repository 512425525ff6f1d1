"""What Twilio posts to us is proven by its signature and read without trust."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from messages.channel import Malformed
from messages.twilio_outcome import refusal
from messages.twilio_sms import parse_inbound, parse_status, sign, verify
from tests.standin import AUTH_TOKEN, inbound_form, signature

URL = "https://thrive.example/sms/status?outbox=5"
FORM = inbound_form("+447700900123", "hello", "SM1")


def test_a_right_signature_with_either_token() -> None:
    """The signature is checked over address, query and fields; both tokens hold while they are being changed."""
    given_signature = signature(URL, FORM)
    assert verify(URL, FORM, given_signature, [AUTH_TOKEN])
    assert verify(URL, FORM, given_signature, ["the-next", AUTH_TOKEN])
    assert sign(URL, FORM, AUTH_TOKEN) == given_signature


def test_anything_changed_is_refused() -> None:
    """Another address, field, token or signature, or none at all, is not Twilio's; nothing raises."""
    right = signature(URL, FORM)
    assert not verify(URL + "6", FORM, right, [AUTH_TOKEN])
    assert not verify(URL, FORM | {"Body": "bye"}, right, [AUTH_TOKEN])
    assert not verify(URL, FORM, right, ["another"])
    assert not verify(URL, FORM, right, [""])
    assert not verify(URL, FORM, right, [])
    for wrong in (None, "", "x", "\u00e9" * 28):
        assert not verify(URL, FORM, wrong, [AUTH_TOKEN])
    assert not verify("http://[broken", FORM, right, [AUTH_TOKEN])
    assert not verify("http://host:port/", FORM, right, [AUTH_TOKEN])
    assert not verify(URL, {"Body": "\ud83d"}, right, [AUTH_TOKEN])


def test_a_field_given_twice_is_signed_as_twilio_signs_it() -> None:
    """Flask's forms hold several values a name; all of them are under the signature."""
    form = MultiDict([("A", "2"), ("A", "1"), ("B", "x")])
    assert verify(URL, form, signature(URL, form), [AUTH_TOKEN])
    assert not verify(URL, MultiDict([("A", "1"), ("B", "x")]), signature(URL, form), [AUTH_TOKEN])


def test_an_incoming_text() -> None:
    """The words come clean, the sender as given; pictures are counted and named, never fetched."""
    media = {"NumMedia": "2", "MediaContentType0": "image/jpeg", "MediaUrl0": "https://x", "MediaContentType1": "a/b"}
    inbound = parse_inbound(FORM | media | {"Body": "he\x00llo\r\n", "Unknown": "field"})
    assert (inbound.sid, inbound.sender, inbound.text) == ("SM1", "+447700900123", "hello")
    assert (inbound.pictures, inbound.media_types, inbound.opt_out) == (2, ("image/jpeg", "a/b"), None)


def test_the_providers_own_keyword_handling_is_seen() -> None:
    """OptOutType says that the provider has answered already."""
    assert parse_inbound(FORM | {"OptOutType": "STOP"}).opt_out == "STOP"
    assert parse_inbound(FORM | {"OptOutType": "help"}).opt_out == "HELP"


def test_any_other_word_of_it_says_nothing() -> None:
    """A word we do not know proves no keyword handling."""
    assert parse_inbound(FORM | {"OptOutType": "PAUSE"}).opt_out is None


def test_a_body_longer_than_a_web_post_is_kept_whole() -> None:
    """What the provider signed is never cut off."""
    assert len(parse_inbound(FORM | {"Body": "x" * 20_001}).text) == 20_001


@pytest.mark.parametrize("missing", [{"MessageSid": "", "SmsMessageSid": "", "SmsSid": ""}, {"From": " \x00"}])
def test_without_id_or_sender_it_is_malformed(missing: dict[str, str]) -> None:
    """A webhook without its id or sender names the field and not its value."""
    with pytest.raises(Malformed, match="is missing"):
        parse_inbound(FORM | missing)


def test_an_id_that_is_no_id() -> None:
    """An endless id is refused before it reaches a database."""
    with pytest.raises(Malformed, match="MessageSid is too long"):
        parse_inbound(FORM | {"MessageSid": "S" * 65})


@pytest.mark.parametrize(
    ("form", "args", "expected"),
    [
        ({"MessageStatus": "delivered"}, {"outbox": "5"}, (5, "SM1", "delivered", "delivered", None)),
        ({"SmsStatus": "undelivered", "ErrorCode": "30005"}, {}, (None, "SM1", "undelivered", "undelivered", "30005")),
        ({"MessageStatus": "teleported"}, {"outbox": "-5"}, (None, "SM1", "teleported", None, None)),
        ({"MessageStatus": "sent"}, {"outbox": "\u0665"}, (None, "SM1", "sent", "sent", None)),
        ({"MessageStatus": "sent"}, {"outbox": "9" * 30}, (None, "SM1", "sent", "sent", None)),
    ],
)
def test_a_receipt(form: dict[str, str], args: dict[str, str], expected: tuple[object, ...]) -> None:
    """A receipt carries the outbox id of its address, the provider's word as it came, and the event behind it."""
    receipt = parse_status({"MessageSid": "SM1"} | form, args)
    assert (receipt.outbox, receipt.sid, receipt.word, receipt.event, receipt.code) == expected


@pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1"}, {"MessageStatus": "sent"}])
def test_a_receipt_of_nothing_is_malformed(form: dict[str, str]) -> None:
    """Without id or status there is nothing to keep."""
    with pytest.raises(Malformed):
        parse_status(form, {})


@given(
    st.dictionaries(
        st.sampled_from(["MessageSid", "From", "Body", "NumMedia", "MediaContentType0", "MessageStatus", "ErrorCode"]),
        st.text(st.characters(), max_size=30),
    ),
    st.dictionaries(st.just("outbox"), st.text(max_size=30)),
)
def test_any_form_is_read_or_malformed(form: dict[str, str], args: dict[str, str]) -> None:
    """Whatever is posted, reading it gives a message or says what is wrong: never another error."""
    for read in (lambda: parse_inbound(form), lambda: parse_status(form, args)):
        with suppress(Malformed):
            read()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30.0),
        ({"Retry-After": "Tue, 03 Mar 2026 10:01:00 GMT", "Date": "Tue, 03 Mar 2026 10:00:00 GMT"}, 60.0),
        ({"Retry-After": "Tue, 03 Mar 2026 10:01:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, or a date against the answer's own date; nonsense is as none."""
    error = refusal(429, "", headers)
    assert getattr(error, "retry_after_seconds", "no error") == seconds
