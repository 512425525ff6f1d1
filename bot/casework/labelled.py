"""What staff marked, as labelled lines: what the lexicon is measured against and mended by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.casework.masking import mask
from bot.casework.review_list import texts_of
from bot.house import House
from bot.store import casework, people, staff
from bot.store import reviews as rows
from bot.store.database import Tx
from bot.store.reviews import Review
from flows.understanding.lexicon import CompiledLexicon
from flows.understanding.words import join


def labelled(house: House, *, since: datetime | None, masked: bool) -> list[Mapping[str, Any]]:
    """Every standing mark, oldest first: `id`, `text`, `lang`, `risk`, and `marked` with `why`. The export is audited.

    `text` is what was screened together. `risk` is what the person said: the level that was missed, or `none` of a
    false alarm. `lang` is the language that the conversation was in; where it stayed in English, in which everyone
    begins, what the service hears in the words. Needs are not known of a mark, so no line has them.
    """
    with house.db.write() as tx:
        lexicon = house.live.snapshot(tx).compiled.lexicon
        found = rows.standing_since(tx, since)
        lines = [_line(tx, mark, lexicon, masked=masked) for mark in found]
        how = "masked" if masked else "with words as written"
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=None, action="reviews.export", target="reviews",
            detail=f"{len(lines)} lines, {how}",
        )  # fmt: skip
        return lines


def _line(tx: Tx, mark: Review, lexicon: CompiledLexicon, *, masked: bool) -> Mapping[str, Any]:
    text = join(texts_of(mark))
    lang = mark.language if mark.language != "en" else lexicon.understand(text).lang
    if masked:
        text = mask(text, names=_names(tx, mark), knows=lambda word: _knows(lexicon, word))
    line = {"id": f"review-{mark.id}", "text": text, "lang": lang, "risk": mark.level, "marked": mark.says}
    return line if mark.why is None else {**line, "why": mark.why}


def _knows(lexicon: CompiledLexicon, word: str) -> bool:
    return lexicon.listener.reader.knows(word)


def _names(tx: Tx, mark: Review) -> set[str]:
    """Every name that we hold of those who are or were at the address, their households, and the team."""
    ids = set()
    if mark.address_id is not None:
        ids = {t.person_id for t in people.tenures(tx, person_id=None, address_ids=[mark.address_id])}
    if mark.case_id is not None and (person_id := casework.case_by_id(tx, mark.case_id).person_id) is not None:
        ids.add(person_id)
    known = [people.person_by_id(tx, person_id) for person_id in sorted(ids)]
    households = {person.household_id for person in known if person.household_id is not None}
    known += [member for household in sorted(households) for member in people.household_of(tx, household)]
    names = {name for person in known for name in (person.first_name, person.last_name) if name}
    return names | {part for name in staff.staff_names(tx).values() for part in (name, *name.split())}
