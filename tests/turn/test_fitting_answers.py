"""Ordinary answers in other alphabets, as they leave: in two texts where plain letters make it two, as lint counts."""

from bot.store import addresses
from messages.fitting import MOST_SEGMENTS
from messages.sms import encoding_of, segments
from tests.houses import ON_SQLITE, Home

pytestmark = ON_SQLITE
A = "+447700900461"


def test_a_translated_answer_is_sent_as_lint_counted_it(home: Home) -> None:
    """Claim: an answer in Polish that would take three texts with its accents goes without them, in two."""
    home.talk("hello", sender=A)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(A).id, language="pl")
    home.talk("LESS", sender=A)
    polish = [out for out in home.out(sender=A) if out.language == "pl" and out.text_id == "less.done"]
    assert polish
    words = home.house.live.of(home.house.db).wording
    written = words.drafts["pl"].get(words.texts["less.done"]) or words.catalogs["pl"][words.texts["less.done"]]
    assert encoding_of(written) == "UCS-2"
    assert segments(written) > MOST_SEGMENTS
    assert all(segments(out.body) <= MOST_SEGMENTS and encoding_of(out.body) == "GSM-7" for out in polish)
