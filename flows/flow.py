"""What a flow is: named nodes as frozen data. Content is read into these; the engine walks them.

A node either does something and goes on, or waits for the family. Every text is named by an id, `flow.node`,
so that structure can be pinned to a bundle while wording stays the newest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.effects import Level

AskKind = Literal["choice", "number", "text", "date", "postcode", "month", "children", "name", "phone", "until"]
ReferralKind = Literal["full", "call-me", "unfinished"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One condition on an answer or a fact by name. Every part given must hold; no part: the name is known."""

    __test__ = False  # not a test case, whatever its name says to a test runner

    name: str
    is_: str | None = None
    is_not: str | None = None
    at_least: int | None = None
    at_most: int | None = None
    known: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of an ask. `go` overrides the ask's own; `when` hides it unless it holds."""

    value: str
    label: str
    says: tuple[str, ...] = ()  # synonyms
    go: str | None = None
    when: Test | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SayNode:
    """Say the text `flow.node` and go on."""

    id: str
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskNode:
    """Ask, wait, and keep the answer under `as_name`.

    `unless_known` skips the question when the answer is there already. `optional` lets SKIP go on without one.
    `consent` records a yes or no as consent of that kind, with this ask's text id as the wording agreed to.
    `score` records the number as a 0-10 answer; `mark` keeps the answer as a safety mark of the address. `heard` is
    where words of need go when they are no answer, and where they go after an answer that came with them. `story`:
    words of urgent danger are an answer to it (what are you worried about?); to any other question in free text (your
    name?) they are not. `wait_hours` and `on_timeout` move on from silence.
    """

    id: str
    kind: AskKind
    as_name: str
    go: str
    options: tuple[Option, ...] = ()
    unless_known: bool = False
    optional: bool = False
    consent: str | None = None
    score: bool = False
    mark: str | None = None
    heard: str | None = None
    wait_hours: int | None = None
    on_timeout: str | None = None
    story: bool = False
    repair: bool = False  # has a text of its own for asking once more: `flow.node.repair`


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    when: Test
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchNode:
    """The first case that holds decides; `go` when none does."""

    id: str
    cases: tuple[Case, ...]
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchNode:
    """Search the directory by what is known, show up to three, go on. Each visit shows the next three."""

    id: str
    go: str
    none: str  # nothing found at all
    no_more: str  # everything was shown already


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferNode:
    id: str
    kind: ReferralKind
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateNode:
    """Bring the person before the team, in the words they just wrote."""

    id: str
    level: Level
    reason: str
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNode:
    """Add what they just wrote to the case the team has of them."""

    id: str
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNode:
    """Keep values under names. `language` is the name of an answer that becomes the person's language."""

    id: str
    go: str
    values: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseNode:
    """End the check-in this flow was opened for; `reason` is the ledger's plain English."""

    id: str
    outcome: Literal["answered", "no-reply"]
    reason: str
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagNode:
    """Tell those who keep the directory that these services did not work for the family, or `why` else. `listings`
    names the answer that holds their ids."""

    id: str
    listings: str
    go: str
    why: Literal["not-reached", "wrong"] = "not-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackNode:
    """Keep what they said would have been better, for the team. `words` names the answer that holds it."""

    id: str
    words: str
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseNode:
    """Start nothing before a date. `until` names the answer that holds it."""

    id: str
    until: str
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolNode:
    """Begin to keep in touch about what they told, only after their yes to `asked`. `event` names the answer that
    holds the programme.

    `day` names the answer with the day that it counts from, where that is not today. `born` names the answer with a
    month of birth: of a child of theirs, or with `themselves` of the young person who writes. `otherwise` is where it
    goes when their yes begins nothing and a person sees to it.
    """

    id: str
    event: str
    asked: str
    go: str
    day: str | None = None
    born: str | None = None
    themselves: bool = False
    otherwise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNode:
    """Walk another flow from its start, then come back and go on."""

    id: str
    flow: str
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitNode:
    """Wait in silence, then go on. Anything the family writes meanwhile is read as if no flow were open."""

    id: str
    hours: int
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndNode:
    id: str


Node = (
    SayNode
    | AskNode
    | BranchNode
    | SearchNode
    | ReferNode
    | EscalateNode
    | NoteNode
    | SetNode
    | CloseNode
    | FlagNode
    | FeedbackNode
    | PauseNode
    | EnrolNode
    | CallNode
    | WaitNode
    | EndNode
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A conversation with one purpose.

    `keywords` and `intents` start it. `holds` keeps the talk until it is done: a need said meanwhile is kept with
    the answers instead of being searched for. `human` is where "just call me" goes. `left`: one left unfinished is
    passed to the team next working day, with the text `flow.left`. `updates` maps a reader ("postcode", "age") to
    the node that uses a new value said at any question. `check_in` flows are opened by the clock, never by a
    family's words.
    """

    name: str
    title: str
    start: str
    nodes: Mapping[str, Node]
    keywords: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    holds: bool = False
    check_in: bool = False
    human: str | None = None
    left: bool = False
    updates: Mapping[str, str] = field(default_factory=dict)
    expires_hours: int | None = None

    def asked_names(self) -> frozenset[str]:
        return frozenset(node.as_name for node in self.nodes.values() if isinstance(node, AskNode))

    def kept_names(self) -> frozenset[str]:
        """Every name this flow may keep a value under."""
        sets = (node.values for node in self.nodes.values() if isinstance(node, SetNode))
        return self.asked_names() | {name for values in sets for name in values}

    @property
    def only_says(self) -> bool:
        """It asks and does nothing: it may be told beside a question, which is then put again."""
        return all(isinstance(node, SayNode | BranchNode | EndNode) for node in self.nodes.values())

    def ask(self, node: str) -> AskNode | None:
        found = self.nodes.get(node)
        return found if isinstance(found, AskNode) else None
