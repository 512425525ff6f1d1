"""A message is laid out for its channel with nothing lost and nothing added."""

from hypothesis import given
from hypothesis import strategies as st

from messages.channel import Outgoing
from messages.render import for_sms, for_web, parts
from messages.webchat import WebChat


def test_a_text_has_its_choices_numbered() -> None:
    """The text, each listing as a paragraph, the choices numbered from 1."""
    body = for_sms("Which is it?", ["Speech", "Sleep"], ["1. Talk Time (0.4 km)", "2. Rest Well"])
    assert body == "Which is it?\n\n1. Talk Time (0.4 km)\n\n2. Rest Well\n\n1. Speech\n2. Sleep"
    assert for_sms("Thank you.") == "Thank you."


def test_quotes_are_plain_only_where_that_pays() -> None:
    """Curly quotes go where the whole text becomes GSM-7, and stay in a text in another script."""
    assert for_sms("You\u2019re welcome \u2013 \u201cany time\u201d") == 'You\'re welcome - "any time"'
    assert (
        for_sms("\u0645\u0631\u062d\u0628\u0627 \u2013 you\u2019re")
        == "\u0645\u0631\u062d\u0628\u0627 \u2013 you\u2019re"
    )


def test_a_page_has_buttons_that_say_their_own_words() -> None:
    """Choices are buttons that send their label; listings are the caller's own."""
    message = for_web(" Which? ", ["Speech"], [{"name": "Talk Time"}])
    assert message == {
        "text": "Which?",
        "choices": [{"label": "Speech", "send": "Speech"}],
        "listings": [{"name": "Talk Time"}],
    }


@given(st.lists(st.text("ab \n", min_size=1, max_size=60), max_size=40).map("".join), st.integers(5, 60))
def test_parts_lose_no_word(body: str, limit: int) -> None:
    """Parted bodies fit the limit, none is empty, and together they say the same."""
    made = parts(body, limit)
    assert all(0 < len(part) <= limit for part in made)
    assert "".join("".join(made).split()) == "".join(body.split())


def test_parts_come_apart_between_paragraphs() -> None:
    """A body is parted where a reader would part it; one that fits is left whole."""
    assert parts("first one\n\nsecond one", 15) == ("first one", "second one")
    assert parts("x" * 1600) == ("x" * 1600,)
    assert [len(part) for part in parts("y" * 1601)] == [1600, 1]


def test_the_web_takes_it_at_once() -> None:
    """A web message is there when it is written, and there is nothing to look up."""
    from datetime import UTC, datetime

    assert WebChat().send(Outgoing(outbox=1, to="chat", body="Hello")).event == "delivered"
    assert WebChat().find("chat", "Hello", datetime.now(UTC)) is None
