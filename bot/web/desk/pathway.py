"""What a referral's pathway is called on its page, and the form of the one step that is asked for there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.casework.pathway import ACCEPTED, CHECKED, FIELDS, STAGES, Field, Section
from bot.casework.work import FRONT_DOOR, OUTCOMES
from scheduler.pathway import ORDER, Step

__all__ = [
    "DONE", "FIELDS", "ORDER", "PAPERS", "STAGES", "Asked", "accepting", "asked", "closing", "others", "outcomes_of",
]  # fmt: skip

# The heading of the step's form, and the button.
ASKED: Final[Mapping[str, tuple[str, str]]] = {
    "triaged": ("Triage", "Keep the triage"),
    "assigned": ("Assign to a team or partner", "Assign it"),
    "help-secured": ("Early help is in place", "Keep: help is in place"),
    "engaged": ("The family is taking part", "Keep: they are taking part"),
    "reviewed": ("Review", "Keep the review"),
    "passed": ("Pass to the front door", "Pass it to the front door"),
    "returned": ("The front door gave it back", "Keep: they gave it back"),
    "taken": ("The front door accepted it", "Keep, and close the case"),
}
# The same as a link, where the step is not the next: what somebody may do besides.
BESIDES: Final[Mapping[str, str]] = {
    **{step: heading for step, (heading, _) in ASKED.items()},
    "triaged": "Change the level or the checklist",
    "assigned": "Assign it to another team or lead",
}
# A step that was taken.
DONE: Final[Mapping[str, str]] = {
    "triaged": "Triaged",
    "assigned": "Assigned",
    "help-secured": "Early help in place",
    "engaged": "Family taking part",
    "reviewed": "Reviewed",
    "passed": "Passed to the front door",
    "returned": "Given back by the front door",
    "taken": "Accepted by the front door, and closed",
    "closed": "Closed",
}
# What is due, with its day after it.
DUE: Final[Mapping[str, str]] = {
    "triaged": "Triage by %(day)s",
    "help-secured": "Early help in place by %(day)s",
    "reviewed": "Review on %(day)s",
    "taken": "Accepted by the front door by %(day)s",
}
LATE: Final[Mapping[str, str]] = {
    "triaged": "Late: triage was due by %(day)s",
    "help-secured": "Late: early help was due by %(day)s",
    "reviewed": "Late: the review was due on %(day)s",
    "taken": "Late: the front door's answer was due by %(day)s",
}


# The Word documents that are made of a case, as the links on its page say them.
PAPERS: Final[Mapping[str, str]] = {
    "referral": "Early help referral (Word)",
    "front-door": "Referral to the front door (Word)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A field with what stands in it. `id` is the element's; `items` the choices of a list."""

    field: Field
    name: str
    label: str
    items: Sequence[tuple[str, str]]
    value: str

    @property
    def id(self) -> str:
        return f"way-{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    step: str
    heading: str
    button: str
    fields: Sequence[Filled]


def asked(section: Section, chosen: str, given: Mapping[str, str]) -> Asked | None:
    """The form of the step that was chosen or sent, or of the next; None where none may be taken here."""
    here = [step for step in section.standing.may if step in ASKED]
    after = section.standing.next_step
    step = chosen if chosen in here else after if after in here else None
    if step is None:
        return None
    heading, button = ASKED[step]
    return Asked(step=step, heading=heading, button=button, fields=_filled(section, _named(step), given))


def others(section: Section, shown: str) -> list[tuple[str, str]]:
    """What else may be done now: step and words."""
    new = {one.step for one in section.steps}
    return [
        (step, BESIDES[step] if step in new else ASKED[step][0])
        for step in section.standing.may
        if step in ASKED and step != shown
    ]


def closing(section: Section, given: Mapping[str, str]) -> Sequence[Filled]:
    """What closing asks besides an outcome and a reason; nothing while it may not be closed."""
    return _filled(section, "closed", given) if "closed" in section.standing.may else ()


def accepting(given: Mapping[str, str]) -> Sequence[Filled]:
    """Who accepted at the front door a case that has no pathway, and when."""
    return [
        Filled(field=one, name=one.name, label=one.label, items=(), value=given.get(one.name, "")) for one in ACCEPTED
    ]  # fmt: skip


def outcomes_of(section: Section | None) -> Mapping[str, str]:
    """A referral passes to the front door by its pathway alone."""
    return {code: words for code, words in OUTCOMES.items() if section is None or code != FRONT_DOOR}


def _named(step: str) -> Step:
    return next(name for name in FIELDS if name == step)


def _filled(section: Section, step: Step, given: Mapping[str, str]) -> list[Filled]:
    lists = {"level": section.rules.levels, "offer": section.rules.offers,
             "team": tuple((name, name) for name in section.teams)}  # fmt: skip
    made = []
    for field in FIELDS[step]:
        if field.kind == "checklist":
            made += [
                Filled(field=field, name=f"check-{name}", label=label, items=tuple(CHECKED.items()),
                       value=given.get(f"check-{name}", ""))
                for name, label in section.rules.checks
            ]  # fmt: skip
            continue
        made.append(
            Filled(field=field, name=field.name, label=field.label, items=lists.get(field.kind, ()),
                   value=given.get(field.name, ""))
        )  # fmt: skip
    return made
