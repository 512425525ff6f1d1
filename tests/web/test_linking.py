"""Numbers and addresses in our words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from bot.web.linking import linked, web_link


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Call 999 now", "999"),
        ("\u0627\u062a\u0635\u0644 \u0628\u0640999.", "999"),
        ("Childline 0800 1111 is free", "08001111"),
        ("Childline 08001111", "08001111"),
        ("call 999.", "999"),
        ("Samaritans 116 123, day or night", "116123"),
        ("the NSPCC on 0808 800 5000.", "+448088005000"),
        ("National Domestic Abuse Helpline: 0808 2000 247", "+448082000247"),
        ("Our number: 020 7946 0110", "+442079460110"),
        ("telephone 111", "111"),
    ],
)
def test_numbers_can_be_pressed(words: str, target: str) -> None:
    """Claim: emergency, helpline and council numbers become links, whatever follows them."""
    assert f'href="tel:{target}"' in linked(words)


@pytest.mark.parametrize(
    "words",
    ["then press 55", "costs £999", "room 101", "0 to 10", "1999 or 9990", "0.999", "SW18 2PU", "01/02/2026", "111"],
)  # fmt: skip
def test_other_numbers_stay_text(words: str) -> None:
    """Claim: what is no telephone number is not linked."""
    assert linked(words) == words


@given(st.text(alphabet=st.sampled_from("<>&\"'0123456789 abcx+-()"), max_size=60))
def test_nothing_escapes(words: str) -> None:
    """Claim: whatever the words, the markup is our link alone and the words read the same."""
    made = linked(words)
    without = re.sub(r'<a class="govuk-link app-number" href="tel:\+?\d+">([^<]*)</a>', r"\1", made)
    assert without == str(escape(words))


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.familylives.org.uk/", "familylives.org.uk"),
        ("http://example.org", "example.org"),
        ("larkline.example/privacy", "larkline.example"),
    ],
)
def test_web_pages_say_where_they_go(address: str, site: str) -> None:
    """Claim: a link names the site it opens."""
    found = web_link(address)
    assert found is not None
    assert found[1] == site


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "javascript://example.org/%0aalert(1)", "data:text/html,x", "https://",
        "https://a:b@example.org", "", None, "https://[", "mailto:a@b.org",
    ],
)  # fmt: skip
def test_nothing_else_is_linked(address: str | None) -> None:
    """Claim: an entry of an import can bring no script and no disguised address to a page."""
    assert web_link(address) is None
