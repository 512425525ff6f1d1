"""How families asked to be texted, in their own words: every wish, only ever added to. What holds now is the
address's own `paused_until` and `every_days`."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import addresses
from bot.store.columns import Instant, Row, Sealed, table_of
from bot.store.database import Tx


class WishRow(Row):
    """PAUSE, LESS, BACK ON, or START in a pause, as it was said: the evidence for each date that a text did not go."""

    __tablename__ = "wish"
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"), index=True)
    wish: Mapped[str] = mapped_column(sa.String(8))  # pause, less, unpause, back-on
    until: Mapped[date | None] = mapped_column()
    every_days: Mapped[int | None] = mapped_column()
    words: Mapped[str] = mapped_column(Sealed("wish.words"))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    address_id: int
    wish: str
    until: date | None
    every_days: int | None
    words: str
    at: datetime


wish = table_of(WishRow)
_WISH = sa.select(*(wish.c[f] for f in Wish.__dataclass_fields__))
WORDS_KEPT = 500  # characters
_ENDS = {"unpause": ("paused_until",), "back-on": ("paused_until", "every_days")}  # what no longer holds


def set_wish(
    tx: Tx, address_id: int, *, kind: str, until: date | None, every_days: int | None, words: str, at: datetime
) -> None:
    """Keep the wish with its words, and what holds from now on. A pause leaves the pace as it is, and the other way."""
    tx.execute(
        sa.insert(wish).values(
            address_id=address_id, wish=kind, until=until, every_days=every_days, words=words[:WORDS_KEPT], at=at
        )
    )  # fmt: skip
    holds: dict[str, object] = dict.fromkeys(_ENDS.get(kind, ()))
    holds |= {name: value for name, value in (("paused_until", until), ("every_days", every_days)) if value is not None}
    addresses.change_address(tx, address_id, **holds)


def wishes_of(tx: Tx, address_ids: list[int]) -> list[Wish]:
    rows = tx.execute(_WISH.where(wish.c.address_id.in_(address_ids)).order_by(wish.c.at, wish.c.id))
    return [Wish(**r._asdict()) for r in rows]
