"""Sheets that staff sent and what a case system posted: kept sealed, part by part, until they are taken or dropped."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, keyring_of, table_of
from bot.store.database import Tx, insert_ignoring


class UploadRow(Row):
    """One sheet sent at the desk. `counts` is a JSON object: what was seen, and what was taken."""

    __tablename__ = "upload"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(8), unique=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(Sealed("upload.name"))  # a file may be called after a family
    state: Mapped[str] = mapped_column(sa.String(8), index=True)  # checking, ready, taking, done
    rows: Mapped[int] = mapped_column()
    counts: Mapped[str] = mapped_column(sa.Text)
    audit_id: Mapped[int | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class UploadPartRow(Row):
    """Some rows of a sheet, as JSON, sealed; gone when they were taken. `refused` stays to be read."""

    __tablename__ = "upload_part"
    __table_args__ = (sa.UniqueConstraint("upload_id", "place"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(sa.ForeignKey("upload.id"))
    place: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(sa.String(8))  # new, seen, done
    rows: Mapped[str | None] = mapped_column(Sealed("upload_part.rows"))
    refused: Mapped[str | None] = mapped_column(Sealed("upload_part.refused"))


class PostedRow(Row):
    """What was answered to a case system under a key of its own, so that the same again is answered the same."""

    __tablename__ = "posted"
    __table_args__ = (sa.UniqueConstraint("caller", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(sa.String(40))  # the token's name
    key: Mapped[str] = mapped_column(sa.String(64))  # keyed fingerprints: of the key,
    body: Mapped[str] = mapped_column(sa.String(64))  # and of what was posted with it
    answers: Mapped[str] = mapped_column(Sealed("posted.answers"))  # JSON list, a row each, as far as it has come
    at: Mapped[datetime] = mapped_column(Instant, index=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    id: int
    ref: str
    staff_id: int
    name: str
    state: str
    rows: int
    counts: str
    audit_id: int | None
    created_at: datetime
    changed_at: datetime

    @property
    def counted(self) -> dict[str, dict[str, int]]:
        """`seen` and `taken`: added, changed, unchanged, refused, to_telephone."""
        found: dict[str, dict[str, int]] = json.loads(self.counts)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    id: int
    upload_id: int
    place: int
    state: str
    rows: str | None
    refused: str | None


upload = table_of(UploadRow)
part = table_of(UploadPartRow)
posted = table_of(PostedRow)
_UPLOAD = sa.select(*(upload.c[f] for f in Upload.__dataclass_fields__))
_PART = sa.select(*(part.c[f] for f in Part.__dataclass_fields__))
WAITS_FOR = {"checking": "new", "taking": "seen"}  # an upload's state to that of the parts it has still to do


def add_upload(
    tx: Tx, *, ref: str, staff_id: int, name: str, rows: int, parts: Sequence[tuple[str, str]], at: datetime
) -> int:
    """A sheet and its parts, each as rows and what was refused when it was read."""
    values = {"ref": ref, "staff_id": staff_id, "name": name, "state": "checking", "rows": rows, "counts": "{}",
              "created_at": at, "changed_at": at}  # fmt: skip
    upload_id = int(tx.execute(sa.insert(upload).values(values).returning(upload.c.id)).scalar_one())
    tx.execute(
        sa.insert(part),
        [
            {"upload_id": upload_id, "place": place, "state": "new", "rows": read, "refused": refused}
            for place, (read, refused) in enumerate(parts)
        ],
    )
    return upload_id


def find_upload(tx: Tx, ref: str, *, lock: bool = False) -> Upload | None:
    statement = _UPLOAD.where(upload.c.ref == ref)
    row = tx.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else Upload(**row._asdict())


def working(tx: Tx, upload_id: int | None = None) -> Upload | None:
    """The oldest sheet with parts still to do, or this one; locked, and passed over while another works at it."""
    statement = _UPLOAD.where(upload.c.state.in_(WAITS_FOR)).order_by(upload.c.id).limit(1)
    if upload_id is not None:
        statement = statement.where(upload.c.id == upload_id)
    row = tx.execute(statement.with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else Upload(**row._asdict())


def next_part(tx: Tx, found: Upload) -> Part | None:
    """The first part that the sheet's state still waits for."""
    waiting = (part.c.upload_id == found.id, part.c.state == WAITS_FOR[found.state])
    row = tx.execute(_PART.where(*waiting).order_by(part.c.place).limit(1)).one_or_none()
    return None if row is None else Part(**row._asdict())


def change_upload(tx: Tx, upload_id: int, **values: object) -> None:
    tx.execute(sa.update(upload).where(upload.c.id == upload_id).values(**values))


def change_part(tx: Tx, part_id: int, **values: object) -> None:
    tx.execute(sa.update(part).where(part.c.id == part_id).values(**values))


def refused_of(tx: Tx, upload_id: int) -> list[str]:
    """What was refused, a JSON list a part, in order."""
    rows = tx.execute(sa.select(part.c.refused).where(part.c.upload_id == upload_id).order_by(part.c.place))
    return [refused for (refused,) in rows if refused is not None]


def uploads(tx: Tx, limit: int = 20) -> list[Upload]:
    return [Upload(**row._asdict()) for row in tx.execute(_UPLOAD.order_by(upload.c.id.desc()).limit(limit))]


def drop_upload(tx: Tx, upload_id: int) -> None:
    tx.execute(sa.delete(part).where(part.c.upload_id == upload_id))
    tx.execute(sa.delete(upload).where(upload.c.id == upload_id))


def stale(tx: Tx, states: Sequence[str], before: datetime, limit: int = 20) -> list[int]:
    """Sheets in these states that nobody has touched since."""
    statement = sa.select(upload.c.id).where(upload.c.state.in_(states), upload.c.changed_at < before).limit(limit)
    return list(tx.execute(statement).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    id: int
    body: str
    answers: str


def open_posted(tx: Tx, *, caller: str, key: str, body: str, now: datetime) -> Posted:
    """What stands under this caller's key, made if it is new, and held until the transaction ends. Two at once are one
    after the other, and `body` tells the later what was posted first."""
    keys = keyring_of(tx.dialect)
    values: Mapping[str, Any] = {
        "caller": caller, "key": keys.index("posted.key", key), "body": keys.index("posted.body", body),
        "answers": "[]", "at": now,
    }  # fmt: skip
    theirs = posted.c.key.in_(keys.prints("posted.key", key))
    statement = sa.select(posted.c.id, posted.c.body, posted.c.answers).where(posted.c.caller == caller, theirs)
    found = tx.execute(statement.with_for_update()).one_or_none()
    if found is None:
        tx.execute(insert_ignoring(tx, posted), values)
        found = tx.execute(statement.with_for_update()).one()
    return Posted(id=found.id, body=found.body, answers=found.answers)


def same_body(tx: Tx, found: Posted, body: str) -> bool:
    return found.body in keyring_of(tx.dialect).prints("posted.body", body)


def keep_answers(tx: Tx, posted_id: int, answers: str) -> None:
    tx.execute(sa.update(posted).where(posted.c.id == posted_id).values(answers=answers))


def forget_posted(tx: Tx, before: datetime) -> None:
    tx.execute(sa.delete(posted).where(posted.c.at < before))


def any_posted(tx: Tx, before: datetime) -> bool:
    return tx.execute(sa.select(posted.c.id).where(posted.c.at < before).limit(1)).first() is not None


def any_to_do(tx: Tx) -> bool:
    return tx.execute(sa.select(upload.c.id).where(upload.c.state.in_(WAITS_FOR)).limit(1)).first() is not None
