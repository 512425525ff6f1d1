"""What staff marked, as labelled lines and as examples: what the lexicon is measured against, and learns from."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar, get_args

from bot.casework.masking import mask
from bot.casework.review_list import texts_of
from bot.casework.sight import closed_to_all
from bot.house import House
from bot.store import casework, people, staff
from bot.store import reviews as rows
from bot.store.database import Tx
from bot.store.reviews import Review
from flows.understanding.examples import Example
from flows.understanding.lexicon import CompiledLexicon
from flows.understanding.types import Risk
from flows.understanding.words import join

T = TypeVar("T")


def labelled(house: House, *, since: datetime | None, masked: bool) -> list[Mapping[str, Any]]:
    """Every standing mark, oldest first: `id`, `text`, `lang`, `risk`, and `marked` with `why`. The export is audited.
    What is restricted teaches nothing: the file is for many to read.

    `text` is what was screened together. `risk` is what the person said: the level that was missed, or `none` of a
    false alarm. `lang` is the language that the conversation was in; where it stayed in English, in which everyone
    begins, what the service hears in the words. Needs are not known of a mark, so no line has them.
    """
    return _told(house, _line, since=since, masked=masked)


def examples(house: House, *, since: datetime | None, masked: bool) -> list[Example]:
    """The same marks as examples to learn from, oldest first. The export is audited.

    A mark knows the level of danger alone. Needs and speaker are what the service hears in the words now: a first
    answer, for the person who reads the file to mend.
    """
    return _told(house, _example, since=since, masked=masked)


def _told(
    house: House, tell: Callable[[Review, str, CompiledLexicon], T], *, since: datetime | None, masked: bool
) -> list[T]:
    with house.db.write() as tx:
        lexicon = house.live.snapshot(tx).compiled.lexicon
        found = rows.standing_since(tx, since, closed=closed_to_all(tx))
        lines = [tell(mark, _words(tx, mark, lexicon, masked=masked), lexicon) for mark in found]
        how = "masked" if masked else "with words as written"
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=None, action="reviews.export", target="reviews",
            detail=f"{len(lines)} lines, {how}",
        )  # fmt: skip
        return lines


def _line(mark: Review, text: str, lexicon: CompiledLexicon) -> Mapping[str, Any]:
    line = {
        "id": f"review-{mark.id}", "text": text, "lang": _language(mark, lexicon), "risk": mark.level,
        "marked": mark.says,
    }  # fmt: skip
    return line if mark.why is None else {**line, "why": mark.why}


def _example(mark: Review, text: str, lexicon: CompiledLexicon) -> Example:
    heard = lexicon.understand(join(texts_of(mark)))
    risk: Risk = next(level for level in get_args(Risk) if level == mark.level)
    return Example(
        text=text, risk=risk, needs=heard.needs[:1], lang=_language(mark, lexicon), speaker=heard.speaker,
        intent="need", source="reviewed",
    )  # fmt: skip


def _language(mark: Review, lexicon: CompiledLexicon) -> str:
    return mark.language if mark.language != "en" else lexicon.understand(join(texts_of(mark))).lang


def _words(tx: Tx, mark: Review, lexicon: CompiledLexicon, *, masked: bool) -> str:
    text = join(texts_of(mark))
    return mask(text, names=_names(tx, mark), knows=lambda word: _knows(lexicon, word)) if masked else text


def _knows(lexicon: CompiledLexicon, word: str) -> bool:
    return lexicon.listener.reader.knows(word)


def _names(tx: Tx, mark: Review) -> set[str]:
    """Every name that we hold of those who are or were at the address, their households, and the team."""
    ids = set()
    if mark.address_id is not None:
        ids = {t.person_id for t in people.tenures(tx, person_id=None, address_ids=[mark.address_id])}
    if mark.case_id is not None and (person_id := casework.case_by_id(tx, mark.case_id).person_id) is not None:
        ids.add(person_id)
    names = {name for person in people.around(tx, ids) for name in (person.first_name, person.last_name) if name}
    return names | {part for name in staff.staff_names(tx).values() for part in (name, *name.split())}
