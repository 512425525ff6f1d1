"""What `thrive lint` sees in the words that families read: hard to read, hard words, too long to send."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from bot.cli.lint_places import Issue, Places
from bot.content import Compiled, Notes, SavedReply, read_document
from bot.settings import ROOT
from flows.lix import HARD, reading_of
from flows.wording import PLACEHOLDER
from messages.fitting import MOST_SEGMENTS, fitted
from messages.render import for_sms
from messages.sms import segments

PLAIN_WORDS = "plain-words.yaml"
MOST_SHOWN = 5  # long words named of a hard text
# How long a value may get, for counting segments before anything is filled in.
LONGEST = {
    "look_by": "10:15am on Wednesday 23 September",
    "look_by_concern": "10:15am on Wednesday 23 September",
    "look_by_urgent": "10:15am on Wednesday 23 September",
    "next_touch_on": "Wednesday 23 September",
    "hear_by": "Wednesday 23 September",
    "law_by": "Wednesday 23 September",
    "ref": "ABCD2345",
    "open_ref": "ABCD2345",
    "signed": "Christopher (Larkline)",
    "paused_until": "Wednesday 23 September 2027",
    "until_date": "Wednesday 23 September 2027",
}


def in_lengths(compiled: Compiled, places: Places) -> Iterator[Issue]:
    """Texts and saved replies that take more than two texts to send, counted as they are sent."""
    for text_id, words in compiled.wording.texts.items():
        flow = compiled.flows.get(text_id.partition(".")[0])
        ask = flow.ask(text_id.partition(".")[2]) if flow is not None else None
        labels = [option.label for option in ask.options] if ask is not None else []
        if told := too_long(compiled, words, labels):
            yield places.issue(text_id, "too-long", told)
    for file, at, reply in _replies(compiled, places):
        if told := too_long(compiled, reply.text):
            yield _of_reply(places, file, at, reply, "too-long", told)


def too_long(compiled: Compiled, words: str, labels: Sequence[str] = (), longest: Mapping[str, str] = LONGEST) -> str:
    """What to say of words that take too many texts; empty where they do not. Counted as sent: quotes made plain,
    letters that would cost a text more written as people text them, the choices beneath."""
    given = {**compiled.wording.shared, **longest}
    filled = PLACEHOLDER.sub(lambda match: given.get(match[1], "x" * 8), words)
    count = texts_to_send(for_sms(filled, labels))
    return f"takes {count} texts to send; the most is {MOST_SEGMENTS}" if count > MOST_SEGMENTS else ""


@lru_cache(maxsize=8192)  # whoever lints twice in one process mostly has the same words twice
def texts_to_send(body: str) -> int:
    return segments(fitted(body))


def in_words(compiled: Compiled, places: Places, root: Path) -> Iterator[Issue]:
    """Texts over the measure, and each hard word with what to say instead."""
    plain = plain_words(root)
    for text_id, words in compiled.wording.texts.items():
        for rule, told in _hard(words, plain):
            yield places.issue(text_id, rule, told)
    for flow in compiled.flows.values():
        for node in flow.nodes.values():
            for option in getattr(node, "options", ()):
                for told in _hard_words(option.label, plain):
                    yield places.at(flow.name, node.id, "options", "hard-word", f"in {option.label!r}: {told}")
    for file, at, reply in _replies(compiled, places):
        for rule, told in _hard(reply.text, plain):
            yield _of_reply(places, file, at, reply, rule, told)


def plain_words(root: Path) -> Mapping[str, str]:
    """Hard words and their plain ones of this content, or the shipped list where it has none of its own."""
    own = root / PLAIN_WORDS
    path = own if own.is_file() else ROOT / "content" / PLAIN_WORDS
    document = read_document(path, PLAIN_WORDS, Notes())
    listed = document.items() if isinstance(document, dict) else ()
    return {str(hard).casefold(): str(instead) for hard, instead in listed}


def _hard(words: str, plain: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    read = reading_of(words)
    if read.hard:
        helped = sorted(read.long_words, key=lambda word: word.casefold() not in plain)
        advised = [f"{word} ({plain[word.casefold()]})" if word.casefold() in plain else word for word in helped]
        named = f"use shorter words for: {', '.join(advised[:MOST_SHOWN])}" if advised else "make its sentences shorter"
        yield "hard", f"is hard to read (LIX {read.lix}, the most is {HARD}); {named}"
    yield from (("hard-word", told) for told in _hard_words(words, plain))


def _hard_words(words: str, plain: Mapping[str, str]) -> Iterator[str]:
    found = {match[0].casefold() for match in _any_of(tuple(plain)).finditer(words)} if plain else ()
    yield from (f"{word!r} is hard; instead: {plain[word]}" for word in sorted(found))


@lru_cache(maxsize=4)
def _any_of(hard: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(hard, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def _replies(compiled: Compiled, places: Places) -> Iterator[tuple[str, int, SavedReply]]:
    """Each saved reply with its file and its place in it, in the order they were read."""
    written = sorted({file for file, _ in places.lines if file.startswith("replies/")})
    at = ((file, number) for file in written for number in _numbers(places, file))
    yield from ((file, number, reply) for (file, number), reply in zip(at, compiled.replies, strict=True))


def _numbers(places: Places, file: str) -> list[int]:
    return sorted(
        keys[0] for name, keys in places.lines if name == file and len(keys) == 1 and isinstance(keys[0], int)
    )


def _of_reply(places: Places, file: str, at: int, reply: SavedReply, rule: str, told: str) -> Issue:
    line = places.line(file, at, "text")
    return Issue(file=file, line=line, node=reply.id, key="text", rule=rule, message=told, severity="warning")
