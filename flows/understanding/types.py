"""The answers of understanding, and the protocol the engine asks them through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Risk = Literal["none", "concern", "urgent"]
Speaker = Literal["child", "parent", "young-person", "bystander", "worker", "harmer"]
About = Literal["self-harm", "partner", "child", "medical", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """How much danger the words themselves show, and which words decided.

    `watched` is true where the words say that the phone is watched or that they cannot talk. `about` is what the
    danger is, so that the reply names the helpline that fits.
    """

    risk: Risk = "none"
    because: tuple[str, ...] = ()
    speaker: Speaker | None = None
    watched: bool = False
    about: About = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """One message understood. `needs` are ids of needs.yaml, best first, at most five."""

    intent: str = "need"
    needs: tuple[str, ...] = ()
    risk: Risk = "none"
    lang: str = "en"
    speaker: Speaker | None = None
    because_intent: tuple[str, ...] = ()
    because_needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    because_risk: tuple[str, ...] = ()
    because_lang: tuple[str, ...] = ()
    event: str = ""  # a key event told as news (`new-baby`, `child-died` ...), of content/phrases/events.yaml
    event_year: int | None = None  # that it is told of; `event` stands as it would of this one
    event_sure: bool = False  # of a loss: two signs agree, or the message says this and no more
    event_beside: bool = False  # something is asked for too, or another need is clear


class Lexicon(Protocol):
    """Compiled once from content; pure and safe to share between threads."""

    def screen(self, texts: Sequence[str]) -> Screening:
        """Danger in the newest text, joined with the ones before it (oldest first, last two minutes)."""

    def understand(self, text: str) -> Understanding:
        """Everything the text shows, screening of this one text included."""

    def intent_kind(self, text: str) -> str:
        """The intent with its finer kind where there is one: `stop/less`, `status/when`, `need`."""

    def is_keyword(self, keyword: str, text: str) -> bool:
        """The whole message is this keyword (`stop`, `start`, `yes`), politeness and punctuation aside."""
