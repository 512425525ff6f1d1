"""Clean what a family wrote, before anything else reads it.

Nothing a family can read is lost: only characters that no screen shows, and that would break a database, a
signature of words or the desk's layout, are taken out.
"""

import re
import unicodedata
from typing import Final

ONE_TEXT_CHARACTERS: Final = 1_600  # the longest body the provider passes on; never cut
MOST_CHARACTERS: Final = 10_000  # a web post can be longer; past this it is not a message
# A signed webhook's words are all kept: more than its size limit lets through is never cut off here.
SIGNED_CHARACTERS: Final = 64_000

_LINE_ENDS: Final = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")

# Invisible characters that can hide a word from screening ("kn<zero width space>ife") or turn a line of the desk
# around. The joiners U+200C and U+200D stay: Urdu and Persian spelling and emoji families need them, and the
# direction marks U+200E and U+200F stay: right-to-left text uses them.
_HIDERS: Final = "\u00ad\u180e\u200b\u2060\ufeff" + "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))

# PostgreSQL refuses NUL in text, and no control character but the line end says anything in a message.
_DROPPED: Final = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *map(ord, _HIDERS))) | {
    ord("\n"): "\n",
    ord("\t"): " ",
}

# Letters and marks by category that show nothing at all: Hangul fillers, the empty Braille cell.
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Mn", "Me", "Zl", "Zp", "Zs"})


def clean(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text in NFC with line ends as newlines and no control characters; "" where nothing can be seen.

    Two halves of a surrogate pair that came apart are joined; a lone half is dropped (UTF-8 cannot hold it).
    Anything up to 1,600 characters is kept whole and anything longer up to `most`. Never raises;
    `clean(clean(text)) == clean(text)`.
    """
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    lines = _LINE_ENDS.sub("\n", joined).translate(_DROPPED)
    kept = unicodedata.normalize("NFC", lines).strip()[:most].rstrip()
    return kept if is_visible(kept) else ""


def is_visible(text: str) -> bool:
    """True where the text has at least one character that a screen shows; an emoji is one."""
    return any(unicodedata.category(c) not in _UNSEEN_CATEGORIES and c not in _BLANK_LETTERS for c in text)
