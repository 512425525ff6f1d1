"""What `thrive lint` sees in translations and helplines: missing, too long to send, not looked at for long."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product
from pathlib import Path

from bot.cli.lint_places import Issue, Places, Seen
from bot.cli.lint_reading import LONGEST, texts_to_send, too_long
from bot.content import Compiled
from bot.content.compiling import HELPLINES
from flows.flow import AskNode
from flows.wording import Wording, say_moment
from messages.fitting import MOST_SEGMENTS
from scheduler.localtime import LONDON

CHECKED_DAYS = 365  # a helpline is called, or its page opened, once a year
SAFETY = "safety."
MARKER = "#. "  # of a .po file, before a message: here, the id of the text it translates


def in_translations(root: Path, compiled: Compiled) -> Iterator[Seen]:
    """Safety texts of each language that nobody has translated, any text whose English has changed since, and any
    translation that takes too many texts to send."""
    wording = compiled.wording
    for language in sorted(_languages(wording)):
        file = f"wording/{language}.po"
        lines = (root / file).read_text("utf-8").splitlines()
        known = _known(wording, language)
        for text_id, line in _of_file(wording, lines).items():
            if wording.texts[text_id] not in known:
                told = f"{text_id} has no translation of its English as it now stands: it is said in English"
                yield Seen(file=file, line=line, node=text_id, rule="untranslated", message=told)
                continue
            if text_id.startswith(SAFETY):
                count = texts_to_send(longest(wording, text_id, language))
                told = f"{text_id} takes {count} texts to send; the most is {MOST_SEGMENTS}"
                told = told if count > MOST_SEGMENTS else ""
            else:
                words, labels = known[wording.texts[text_id]], _labels(compiled, text_id, known)
                told = too_long(compiled, words, labels, {**LONGEST, **_moments(language)})
                told = f"{text_id} {told}" if told else ""
            if told:
                yield Seen(file=file, line=line, node=text_id, rule="too-long", message=told)


def in_english_alone(root: Path, compiled: Compiled, places: Places) -> Iterator[Issue]:
    """Texts and choices of flows, and what the service says by itself, that some of our languages do not have."""
    wording = compiled.wording
    known = {language: _known(wording, language) for language in sorted(_languages(wording))}
    # What a .po file names and has lost is told there.
    told = {
        language: _of_file(wording, (root / f"wording/{language}.po").read_text("utf-8").splitlines())
        for language in known
    }
    for text_id, english in wording.texts.items():
        lacking = [language for language in known if text_id not in told[language] and english not in known[language]]
        if lacking:
            yield places.issue(text_id, "untranslated", f"is said in English to those who read {', '.join(lacking)}")
    for flow in compiled.flows.values():
        for node in flow.nodes.values():
            for option in node.options if isinstance(node, AskNode) else ():
                lacking = [language for language in known if option.label not in known[language]]
                if lacking:
                    message = f"the choice {option.label!r} is English to those who read {', '.join(lacking)}"
                    yield places.at(flow.name, node.id, "options", "untranslated", message)


def _languages(wording: Wording) -> set[str]:
    return wording.catalogs.keys() | wording.drafts.keys()


def _known(wording: Wording, language: str) -> Mapping[str, str]:
    return {**wording.drafts.get(language, {}), **wording.catalogs.get(language, {})}


def _of_file(wording: Wording, lines: Sequence[str]) -> Mapping[str, int]:
    """The texts that a .po file names in its comments, with their lines; safety texts whether it names them or not."""
    named = {line[len(MARKER) :].strip(): at for at, line in enumerate(lines, 1) if line.startswith(MARKER)}
    return {
        text_id: named.get(text_id, 0) for text_id in wording.texts if text_id in named or text_id.startswith(SAFETY)
    }


def _labels(compiled: Compiled, text_id: str, known: Mapping[str, str]) -> list[str]:
    name, _, node = text_id.partition(".")
    flow = compiled.flows.get(name)
    ask = flow.ask(node) if flow is not None else None
    return [known.get(option.label, option.label) for option in ask.options] if ask is not None else []


def in_helplines(
    compiled: Compiled, lines: Mapping[tuple[str, tuple[str | int, ...]], int], today: date
) -> Iterator[Seen]:
    """Helplines nobody has looked at for a year."""
    for key, helpline in compiled.helplines.items():
        if today - helpline.checked_on > timedelta(days=CHECKED_DAYS):
            told = f"{helpline.name}, {helpline.number}, was last checked on {helpline.checked_on}: over a year ago"
            line = lines.get((HELPLINES, (key,)), 0)
            yield Seen(file=HELPLINES, line=line, node=key, key="checked_on", rule="unchecked", message=told)


def longest(wording: Wording, text_id: str, language: str) -> str:
    """A safety text in a language with the longest moment that it can be given."""
    ((_, words), *_) = wording.render_beside(text_id, {"look_by": longest_moment(language)}, language)
    return words


def _moments(language: str) -> Mapping[str, str]:
    said = say_moment(longest_moment(language), language)
    return {name: said for name in LONGEST if name.startswith("look_by")}


@lru_cache
def longest_moment(language: str) -> datetime:
    """Of all weekdays and months, morning and afternoon, the moment that takes the most letters to say."""
    # Seven days from the 20th hold every weekday with a day of two figures.
    days = (datetime(2026, month, day, hour, 45, tzinfo=LONDON) for month, day, hour in _MOMENTS)
    return max(days, key=lambda at: len(say_moment(at, language)))


_MOMENTS = list(product(range(1, 13), range(20, 27), (10, 22)))
