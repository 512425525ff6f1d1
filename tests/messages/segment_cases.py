"""Bodies that a count of segments may get wrong: built, so that each kind stands at each place where it matters."""

from collections.abc import Iterator
from itertools import product
from typing import Final

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = "\f^{}\\[~]|€"
ACCENTS: Final = "áâãāăąćčçďđêëēęěğíîïıłńňóôõőœŕřśşšţťúûūůűýÿźżžÀÁÂÃÈÊËÍÎÏÓÔÕÚÛŁŚŻŽ"
PLAINED: Final = "\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u00a0\u202f\u2009\u2032\u2212"
FAMILIES: Final = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",  # a family of four
    "\U0001f469\u200d\U0001f469\u200d\U0001f466",
    "\U0001f9d1\U0001f3fd\u200d\U0001f91d\u200d\U0001f9d1\U0001f3ff",  # holding hands, two skin tones
    "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\U0001f469\U0001f3fe\u200d\u2695\ufe0f",
    "\U0001f44d\U0001f3fb",
    "\U0001f44d\U0001f3ff\U0001f3ff",
    "\U0001f1ec\U0001f1e7",
    "\U0001f1f5\U0001f1f1\U0001f1f5",  # a flag and a half
    "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",  # Wales
    "1\ufe0f\u20e3",
    "\u2764\ufe0f\u200d\U0001f525",
    "\U0001f600",
    "\u263a\ufe0f",
)
SCRIPTS: Final = {
    "Arabic": "شكراً جزيلاً. هل يمكنك أن تكتب لنا؟ ",
    "Urdu": "شکریہ، ہم آپ کی مدد کے لیے یہاں ہیں۔ ",  # noqa: RUF001  # Urdu's own full stop
    "Tamil": "நன்றி. உங்களுக்கு உதவ நாங்கள் இருக்கிறோம். ",
    "Bengali": "ধন্যবাদ, আমরা সাহায্য করতে পারি। ",
    "Polish": "Dziękujemy, zadzwoń do nas, żeby porozmawiać. ",
    "Greek": "Ευχαριστούμε πολύ ",
    "Greek capitals": "ΘΕΛΩ ΨΩΜΙ ",
    "Somali": "Mahadsanid, waan ku caawin karnaa. ",
    "Korean": "감사합니다 ",
    "Jamo": "\u1100\u1161\u11a8 ",
    "Thai": "ขอบคุณมาก ",
    "Hindi": "धन्यवाद, हम यहाँ हैं। ",
    "Combining": "e\u0301a\u0300o\u0308\u0323 ",
    "Stacked": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d ",
}
ENDS: Final = ("\r\n", "\r", "\n", "\n\r", "\r\r\n", "\u2028", "\u0085")
GSM_EDGES: Final = (153, 160, 306, 459)  # one segment's characters, and those of joined ones
UCS2_EDGES: Final = (67, 70, 134, 201)


def bodies() -> Iterator[str]:
    """Each case once, always the same ones."""
    whole = ("", " ", BASIC, EXTENSION, BASIC + EXTENSION, ACCENTS, PLAINED)
    yield from dict.fromkeys((*whole, *_gsm_edges(), *_ucs2_edges(), *_families(), *_scripts(), *_signs(), *_halves()))


def _gsm_edges() -> Iterator[str]:
    """Each extension character before, at and after each edge, where it takes two places; line ends there too."""
    for edge in GSM_EDGES:
        yield from ("a" * length for length in range(edge - 2, edge + 3))
        yield EXTENSION * (edge // 20) + "b" * (edge % 20)
        for character, place in product(EXTENSION, (edge - 2, edge - 1, edge)):
            yield "a" * place + character
            yield "a" * place + character + "a" * 5
        yield from ("a" * (edge - 1) + end + "b" for end in ENDS[:5])


def _ucs2_edges() -> Iterator[str]:
    """Surrogate pairs and families across each edge: the calculator never parts one visible character."""
    for edge in UCS2_EDGES:
        yield from ("ł" * length for length in range(edge - 1, edge + 2))
        for family, place in product(FAMILIES, range(edge - 3, edge + 1)):
            yield "ł" + "a" * (place - 1) + family
            yield "ł" + "a" * (place - 1) + family + "b" * 3
        yield from ("ł" * (edge - 1) + end + "ą" for end in ENDS)


def _families() -> Iterator[str]:
    for family, times in product(FAMILIES, (1, 5, 9, 18, 35, 70)):
        yield family * times
        yield ("a" + family) * times


def _scripts() -> Iterator[str]:
    for words, times in product(SCRIPTS.values(), (1, 2, 3, 5, 9)):
        yield from (words * times, words * times + "€", "see 😀 " + words * times)


def _signs() -> Iterator[str]:
    for character in ACCENTS + PLAINED:
        yield from ("a" * 69 + character, "a" * 159 + character)
    for character in BASIC:
        yield from ("x" * 159 + character, "x" * 160 + character)


def _halves() -> Iterator[str]:
    """Halves of a surrogate pair that came apart, together and alone."""
    for half in ("\ud83d", "\ude00", "\ud83d\ude00", "\ude00\ud83d"):
        yield from (half, "ł" * 69 + half, "ł" * 66 + half + "a")
