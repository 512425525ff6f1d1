"""The review list: what staff marked, newest first, with what screening says of the same words today."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.listing import audit_list
from bot.casework.permissions import may
from bot.casework.review import GRAVE
from bot.casework.sight import closed_to
from bot.house import House
from bot.refs import ref_of
from bot.store import casework, staff
from bot.store import reviews as rows
from bot.store.reviews import Review, Which
from flows.understanding.types import Lexicon, Screening

WHICH: Final[tuple[Which, ...]] = ("open", "handled")
PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One mark. `texts`, `because`, `note` and `today.because` are empty for who may not read families' words.

    `mended`: today's content says of these words what the person said.
    """

    mark: Review
    texts: Sequence[str]
    because: Sequence[str]
    note: str
    today: Screening
    mended: bool
    by: str
    handled_by: str | None
    conversation_ref: str | None
    case_ref: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewList:
    """`older` is the id after which the next page begins; None on the last. `bundle` is the content of today."""

    which: Which
    marks: Sequence[Listed]
    counts: Mapping[Which, int]
    older: int | None
    words: bool
    bundle: int


def review_list(house: House, by: SignedIn, *, which: Which, before_id: int | None) -> ReviewList:
    """One page of standing marks; who saw it is kept."""
    words = may(by.staff.role, "reviews.words")
    with house.db.write() as tx:
        snapshot = house.live.snapshot(tx)
        closed = closed_to(tx, by)
        found = rows.list_reviews(tx, which, before_id=before_id, limit=PAGE + 1, closed=closed)
        shown, more = found[:PAGE], len(found) > PAGE
        names = staff.staff_names(tx)
        refs = casework.refs_of(tx, [mark.case_id for mark in shown if mark.case_id is not None])
        listed = [_listed(mark, snapshot.assets.lexicon, names, refs, words=words) for mark in shown]
        seen = [ref for one in listed for ref in (one.conversation_ref, one.case_ref) if ref is not None]
        audit_list(tx, by, house.clock.now(), action="reviews.view", target=f"reviews:{which}", refs=seen)
        return ReviewList(
            which=which, marks=listed, counts=rows.count_reviews(tx, closed=closed), words=words,
            older=shown[-1].id if more else None, bundle=snapshot.bundle_id,
        )  # fmt: skip


def handle(house: House, by: SignedIn, review_id: int, *, handled: bool) -> bool:
    """Handled, or open again. False where it is so already or no longer stands: a repeated post is harmless."""
    now = house.clock.now()
    with house.db.write() as tx:
        at, who = (now, by.staff.id) if handled else (None, None)
        changed = rows.handle(tx, review_id, at=at, by=who, closed=closed_to(tx, by))
        if changed:
            action = "review.handled" if handled else "review.reopened"
            staff.add_audit(tx, at=now, staff_id=by.staff.id, action=action, target=f"review:{review_id}")
        return changed


def is_mended(mark: Review, today: Screening) -> bool:
    """Whether content says today what the person said: as grave as they said at least, or nothing."""
    if mark.says == "missed":
        return GRAVE[today.risk] >= GRAVE[mark.level]
    return today.risk == "none"


def texts_of(mark: Review) -> list[str]:
    """What was screened together, newest last."""
    return [str(text) for text in json.loads(mark.texts)]


def _listed(
    mark: Review, lexicon: Lexicon, names: Mapping[int, str], refs: Mapping[int, str], *, words: bool
) -> Listed:  # fmt: skip
    texts = texts_of(mark)
    today = lexicon.screen(texts)
    return Listed(
        mark=mark, texts=texts if words else (), because=json.loads(mark.said_because) if words else (),
        note=(mark.note or "") if words else "", today=today if words else Screening(risk=today.risk),
        mended=is_mended(mark, today), by=names.get(mark.staff_id, ""), handled_by=names.get(mark.handled_by or 0),
        conversation_ref=None if mark.address_id is None else ref_of(mark.address_id),
        case_ref=None if mark.case_id is None else refs.get(mark.case_id),
    )  # fmt: skip
