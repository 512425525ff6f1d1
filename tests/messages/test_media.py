"""What is told of pictures and sounds: how many and what kind, and nothing that opens them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.media import counted, kept, kind_of, note


@pytest.mark.parametrize(
    ("count", "types", "told"),
    [
        (0, None, ""),
        (1, "image/jpeg", "1 picture (image/jpeg)"),
        (3, "image/jpeg,image/jpeg,video/3gpp", "2 pictures and 1 video (image/jpeg, video/3gpp)"),
        (1, "audio/ogg", "1 voice message or sound (audio/ogg)"),
        (2, "text/vcard,application/pdf", "1 contact card and 1 file (text/vcard, application/pdf)"),
        (2, None, "2 pictures, sounds or files"),
        (3, "image/png", "1 picture and 2 pictures, sounds or files (image/png)"),
    ],
)
def test_staff_are_told_how_many_and_what_kind(count: int, types: str | None, told: str) -> None:
    """Counted by kind, with the types; where only the number is known, that."""
    assert counted(count, types) == told
    assert note(count, types) == (f"They sent {told}. Not fetched." if told else "")


def test_kinds_are_read_as_carriers_write_them() -> None:
    """Parameters, capitals and blanks make no other kind; what is not told has none."""
    assert kind_of("Audio/AMR; codecs=1") == "audio"
    assert kind_of("application/ogg") == "file"
    assert kind_of("") == ""


@given(st.lists(st.text(max_size=80), max_size=10), st.integers(min_value=0, max_value=10))
def test_any_types_are_kept_within_their_column(types: list[str], count: int) -> None:
    """Whatever a webhook says, the row fits its column and the note tells at least that many."""
    row = kept(types)
    assert row is None or 0 < len(row) <= 400
    assert bool(note(count, row)) == (count > 0 or any(part for part in (row or "").split(",")))
