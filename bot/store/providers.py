"""Who keeps an organisation's entries true: its email, the private links sent there, and what it wants changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.outbox import outbox


class ProviderRow(Row):
    """`asked_at`: when the round of letters began that nobody has answered yet, with how many were sent after it.
    `next_at`: when the next leaves, or its entries sink; None where nothing is asked."""

    __tablename__ = "provider"
    organisation_id: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    email: Mapped[str | None] = mapped_column(Sealed("provider.email"))
    trusted: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    reminders: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(Instant)


class ProviderLinkRow(Row):
    """A link is known by its fingerprint alone: who reads the database can open none."""

    __tablename__ = "provider_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(sa.ForeignKey("provider.organisation_id"), index=True)
    token: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    outbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"))


class ProposalRow(Row):
    """An entry as its organisation wants it, and as it stood when they wrote: what they changed is the difference.
    `words`: what else they say is wrong. At most one of an entry waits."""

    __tablename__ = "proposal"
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(Instant)
    before: Mapped[str] = mapped_column(sa.Text)
    document: Mapped[str] = mapped_column(sa.Text)
    words: Mapped[str | None] = mapped_column(Sealed("proposal.words"))
    state: Mapped[str] = mapped_column(sa.String(12), index=True)  # waiting, approved, refused, replaced
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    organisation_id: str
    email: str | None
    trusted: bool
    asked_at: datetime | None
    reminders: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A link that was sent: what became of its letter (the outbox's word) and why."""

    made_at: datetime
    expires_at: datetime
    state: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    id: int
    service_id: str
    organisation_id: str
    at: datetime
    before: str
    document: str
    words: str | None
    state: str


provider = table_of(ProviderRow)
link = table_of(ProviderLinkRow)
proposal = table_of(ProposalRow)
_PROVIDER = sa.select(*(readable(provider.c[f]) for f in Provider.__dataclass_fields__))
_PROPOSAL = sa.select(*(readable(proposal.c[f]) for f in Proposal.__dataclass_fields__))


def all_providers(tx: Tx) -> dict[str, Provider]:
    return {str(r.organisation_id): Provider(**r._asdict()) for r in tx.execute(_PROVIDER)}


def find_provider(tx: Tx, organisation_id: str, *, lock: bool = False) -> Provider | None:
    statement = _PROVIDER.where(provider.c.organisation_id == organisation_id)
    row = tx.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else Provider(**row._asdict())


def change_provider(tx: Tx, organisation_id: str, **values: object) -> None:
    """Keep these columns; the row is made where there is none."""
    asked = {"organisation_id": organisation_id, "trusted": False, "reminders": 0}
    tx.execute(insert_ignoring(tx, provider), asked)
    tx.execute(sa.update(provider).where(provider.c.organisation_id == organisation_id).values(**values))


def add_link(
    tx: Tx, *, organisation_id: str, token: str, now: datetime, expires_at: datetime, outbox_id: int | None
) -> None:
    tx.execute(
        sa.insert(link).values(
            organisation_id=organisation_id, token=token, made_at=now, expires_at=expires_at, outbox_id=outbox_id
        )
    )


def organisation_of_link(tx: Tx, token: str, now: datetime) -> str | None:
    """Whose link it is; None where there is none such, or its time is over."""
    found = tx.execute(sa.select(link.c.organisation_id).where(link.c.token == token, link.c.expires_at > now))
    row = found.one_or_none()
    return None if row is None else str(row[0])


def end_links(tx: Tx, organisation_id: str, now: datetime) -> None:
    """No link of it that stands opens anything from now on."""
    theirs = (link.c.organisation_id == organisation_id, link.c.expires_at > now)
    tx.execute(sa.update(link).where(*theirs).values(expires_at=now))


def sent_to(tx: Tx, organisation_id: str, *, limit: int = 5) -> list[Sent]:
    """The last letters, newest first."""
    asked = (
        sa.select(link.c.made_at, link.c.expires_at, outbox.c.state, outbox.c.reason)
        .join_from(link, outbox, outbox.c.id == link.c.outbox_id, isouter=True)
        .where(link.c.organisation_id == organisation_id)
        .order_by(link.c.id.desc())
        .limit(limit)
    )
    return [Sent(**r._asdict()) for r in tx.execute(asked)]


def propose(
    tx: Tx, *, service_id: str, organisation_id: str, before: str, document: str, words: str | None, now: datetime
) -> None:
    """In place of what waited for this entry."""
    replace_waiting(tx, service_id, now)
    tx.execute(
        sa.insert(proposal).values(
            service_id=service_id, organisation_id=organisation_id, before=before, document=document, words=words,
            at=now, state="waiting",
        )
    )  # fmt: skip


def replace_waiting(tx: Tx, service_id: str, now: datetime) -> None:
    """What waited for this entry waits no more: they have said something newer."""
    waits = (proposal.c.service_id == service_id, proposal.c.state == "waiting")
    tx.execute(sa.update(proposal).where(*waits).values(state="replaced", settled_at=now))


def waiting(tx: Tx, service_ids: Sequence[str] | None = None) -> list[Proposal]:
    """What waits for approval, oldest first; of these entries alone where they are named."""
    statement = _PROPOSAL.where(proposal.c.state == "waiting").order_by(proposal.c.id)
    if service_ids is not None:
        statement = statement.where(proposal.c.service_id.in_(service_ids))
    return [Proposal(**r._asdict()) for r in tx.execute(statement)]


def waiting_number(tx: Tx) -> int:
    asked = sa.select(sa.func.count()).select_from(proposal).where(proposal.c.state == "waiting")
    return int(tx.execute(asked).scalar_one())


def settle(tx: Tx, proposal_id: int, *, state: str, by: int, now: datetime) -> Proposal | None:
    """Settle what waits; None where somebody has, or there is none such."""
    waits = (proposal.c.id == proposal_id, proposal.c.state == "waiting")
    done = sa.update(proposal).where(*waits).values(state=state, settled_at=now, settled_by=by)
    if tx.execute(done).rowcount == 0:
        return None
    row = tx.execute(_PROPOSAL.where(proposal.c.id == proposal_id)).one()
    return Proposal(**row._asdict())
