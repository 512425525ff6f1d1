"""The stand-in provider itself: what it remembers, how it fails, whom it calls back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.demo.provider_courier import Courier
from bot.demo.provider_faults import Fault, Faults
from bot.demo.provider_store import Message, Store, outbox_of

ARRIVES = ("sent", "delivered")
PICTURE = "image/jpeg"
_STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_START_WORDS = frozenset({"START", "YES", "UNSTOP"})
_HELP_WORDS = frozenset({"HELP", "INFO"})


def machine_now() -> datetime:
    """The machine's clock, where the product's is not moved."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInSettings:
    """`number` is the council's own; `inbound_url` where its incoming texts are posted. `application` is listed as
    the app that the number is given to: texts are posted to `inbound_url` all the same.

    `keywords` turns the provider's own STOP handling on: it then blocks (21610) and marks webhooks with OptOutType.
    """

    account_sid: str
    auth_token: str
    number: str
    inbound_url: str
    pace_seconds: float = 0.3
    keywords: bool = False
    application: str = ""


class StandIn:
    """The whole provider: memory, faults and calls back. `start()` after a server has forked; `stop()` at its end."""

    def __init__(self, store: Store, settings: StandInSettings, now: Callable[[], datetime] = machine_now) -> None:
        self.store = store
        self.settings = settings
        self.now = now
        self.faults = Faults()
        self.courier = Courier(
            store,
            account_sid=settings.account_sid,
            auth_token=settings.auth_token,
            pace_seconds=settings.pace_seconds,
            now=now,
        )

    def start(self) -> None:
        self.courier.start()

    def stop(self) -> None:
        self.courier.stop()
        self.store.close()

    def called(self, form: Mapping[str, str], fault: Fault | None) -> None:
        """Note that the product asked to send, whatever comes of it: so that a second asking can be counted."""
        kind = None if fault is None else fault.kind
        self.store.note_call(
            outbox=outbox_of(form.get("StatusCallback")), to=form.get("To"), fault=kind, now=self.now()
        )

    def text_in(
        self, *, sender: str, body: str, sid: str | None = None, media: int | Sequence[str] = 0, lost: bool = False
    ) -> tuple[Message, int | None]:
        """A family texts the council: kept, and the signed webhook queued. Returns its number too; None where the
        webhook is lost, as the network may lose one. `media` is how many pictures, or the types of what is sent."""
        types = [PICTURE] * media if isinstance(media, int) else list(media)
        message = self.store.receive(
            now=self.now(), sid=sid, sender=sender, to=self.settings.number, body=body, media=len(types)
        )
        opt_out = self._keyword(sender, body) if self.settings.keywords else None
        if lost:
            return message, None
        return message, self.courier.tell_inbound(message, self.settings.inbound_url, opt_out, types)

    def take(self, form: Mapping[str, str], fault: Fault | None) -> Message:
        """Accept a message that was found in order."""
        service = form.get("MessagingServiceSid") or None
        message = self.store.accept(
            now=self.now(),
            recipient=form["To"],
            body=form.get("Body", ""),
            sender=form.get("From") or self.settings.number,
            service=service,
            callback=form.get("StatusCallback") or None,
            status="accepted" if service else "queued",
        )
        outcome = fault is not None and fault.kind == "outcome"
        words = fault.callbacks if fault is not None and (outcome or fault.silent) else ARRIVES
        self.courier.tell_status(message, words, fault.error_code if fault is not None else None)
        return message

    def _keyword(self, sender: str, body: str) -> str | None:
        word = body.strip().upper()
        if word in _STOP_WORDS or word in _START_WORDS:
            self.store.block(sender, blocked=word in _STOP_WORDS)
            return "STOP" if word in _STOP_WORDS else "START"
        return "HELP" if word in _HELP_WORDS else None
