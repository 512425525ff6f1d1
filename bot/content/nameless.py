"""The text that brings a code to a phone: it says that it is a code, and nothing of whose or what it is for.

Whoever reads the phone would know from a name, a number, an address or a need what its holder writes about. So the
words are an author's, and these limits on them are not: a text that steps over one is refused, in any language.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bot.content.documents import Notes
from flows.texts import CODE
from flows.wording import RIGHT_TO_LEFT, Wording, placeholders
from messages.fitting import fitted
from messages.sms import segments

RULE: Final = "code-tells"
MESSAGES: Final = "wording/messages.yaml"
CODE_SHOWN: Final = "012 345"
LONG: Final = 4  # letters of a word that may name something
ONE, WIDE = 1, 2  # segments: a script outside GSM-7 holds 70 characters in one
_NOBODYS: Final = frozenset({"about", "with"})  # words of the needs' labels that are of no subject
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_REACHES: Final = re.compile(r"https?:|www\.|\w\.\w|@|\d{3}")
# A capital that begins no sentence begins a name. Scripts without capitals have none to find.
_CAPITAL: Final = re.compile(r"(?<![.!?:]\s)(?<!^)(?<![.!?]\s[¿¡])(?<!^[¿¡])\b[^\W\d_]")


def check_code(files: Mapping[str, Any], wording: Wording, names: Iterable[str], notes: Notes) -> None:
    """Refuse a code text, or a translation of it, that tells anything but a code.

    `names`: the council and the service. Needs and phrases have been compiled before, so that their shape holds.
    """
    english = wording.texts.get(CODE)
    if english is None:
        return  # told already: it is needed
    written = next((name for name, raw in files.items() if isinstance(raw, Mapping) and CODE in raw), MESSAGES)
    hidden, whole = _of_needs(files), frozenset(name.casefold() for name in names)
    for told in _tells(english, hidden, whole, "en"):
        notes.fault(written, (CODE,), told, rule=RULE)
    for known in (wording.catalogs, wording.drafts):
        for language, texts in known.items():
            for told in _tells(texts.get(english, ""), hidden, whole | _phrases(files, language), language):
                notes.fault(f"wording/{language}.po", (), told, node=CODE, rule=RULE)


def _tells(words: str, hidden: frozenset[str], phrases: frozenset[str], language: str) -> Iterator[str]:
    """What it tells: a word of `hidden`, or one of `phrases` whole, since a word of a name may be anybody's."""
    if not words:
        return
    if placeholders(words) != {"code"}:
        yield "the text with a code holds {code} and no other value: each of those would tell whose it is"
    most = WIDE if language in RIGHT_TO_LEFT else ONE
    if (count := segments(fitted(words.replace("{code}", CODE_SHOWN), most))) > most:
        yield f"the text with a code takes {count} texts to send; the most is {most}"
    said = words.replace("{code}", "")
    if told := sorted({*(_words(said) & hidden), *(phrase for phrase in phrases if phrase in said.casefold())}):
        yield f"the text with a code names {', '.join(told)}: whoever reads the phone would know what it is of"
    if _REACHES.search(said):
        yield "the text with a code names a number or an address: whoever reads the phone would know whose it is"
    if (name := _name(said)) is not None:
        yield f"the text with a code names {name!r}: a capital within a sentence begins a name, and it may hold none"


def _name(words: str) -> str | None:
    found = next((match for match in _CAPITAL.finditer(words) if match[0] != match[0].lower()), None)
    return None if found is None else words[found.start() :].split(maxsplit=1)[0]


def _words(*said: str) -> frozenset[str]:
    return frozenset(word for words in said for word in _LETTERS.findall(words.casefold()) if len(word) >= LONG)


def _of_needs(files: Mapping[str, Any]) -> frozenset[str]:
    """Each longer word of a need's id or label."""
    needs = files["needs.yaml"]["needs"]
    return _words(*(f"{need['id']} {need['label']}" for group in needs.values() for need in group)) - _NOBODYS


def _phrases(files: Mapping[str, Any], language: str) -> frozenset[str]:
    """What families of this language say of a need: whole, since a word of it may be anybody's."""
    listed = (said for name, raw in files.items() if name.startswith("phrases/needs-") for said in raw.values())
    return frozenset(phrase.casefold() for said in listed for phrase in said.get("other", {}).get(language, ()))
