"""Sealing: what is kept cannot be read, moved or mistaken."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.sealed import KeyFault, Keyring, SealError, new_key

# Fixed, since test runners side by side must name the same tests.
OLD, NEW, INDEX = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))
RING = Keyring.parse(f"new:{NEW},old:{OLD}", INDEX)
words = st.text(st.characters(exclude_categories=["Cs"]))


@given(words)
def test_what_is_sealed_opens_to_the_same_words(text: str) -> None:
    """Any text survives, and nothing of four characters or more of it shows in the sealed bytes."""
    blob = RING.seal("inbox.body", text)
    assert RING.unseal("inbox.body", blob) == text
    if len(text.encode()) >= 4:
        assert text.encode() not in blob


def test_a_value_moved_to_another_column_does_not_open() -> None:
    """The table and column are bound in: a number pasted into a name's place stays shut."""
    with pytest.raises(SealError, match=r"person\.first_name"):
        RING.unseal("person.first_name", RING.seal("address.value", "+447700900123"))


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_changed_byte_never_opens(at: int, by: int) -> None:
    """One changed byte anywhere is refused, never read as other words."""
    blob = bytearray(RING.seal("inbox.body", "he has a knife, please help me now"))
    blob[at % len(blob)] ^= by
    with pytest.raises(SealError):
        RING.unseal("inbox.body", bytes(blob))


def test_an_older_key_still_opens_and_the_first_encrypts() -> None:
    """After a new key is put first, old values open and new ones use it."""
    before = Keyring.parse(f"old:{OLD}", INDEX).seal("inbox.body", "hello")
    assert RING.unseal("inbox.body", before) == "hello"
    with pytest.raises(SealError, match="new"):
        Keyring.parse(f"old:{OLD}", INDEX).unseal("inbox.body", RING.seal("inbox.body", "hello"))


def test_the_index_is_keyed_and_told_apart_by_kind() -> None:
    """The same number gives the same fingerprint under one key only, and differs by kind."""
    other = Keyring.parse(f"new:{NEW}", new_key())
    assert RING.index("sms", "+447700900123") == RING.index("sms", "+447700900123")
    assert RING.index("sms", "+447700900123") != other.index("sms", "+447700900123")
    assert RING.index("sms", "+447700900123") != RING.index("web", "+447700900123")


@pytest.mark.parametrize(
    ("data_keys", "index", "says"),
    [
        ("", INDEX, "DATA_KEYS holds no key"),
        (NEW, INDEX, "id:base64"),
        (f"a:{NEW},a:{OLD}", INDEX, "given twice"),
        ("a:not base64!", INDEX, "DATA_KEYS: not base64"),
        ("a:" + base64.b64encode(b"short").decode(), INDEX, "this one is 5"),
        (f"a:{NEW}", "xx", "PHONE_INDEX_KEY"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_by_name(data_keys: str, index: str, says: str) -> None:
    """The fault names the setting and what is wrong, and never shows the key."""
    with pytest.raises(KeyFault, match=says) as caught:
        Keyring.parse(data_keys, index)
    assert NEW not in str(caught.value)
