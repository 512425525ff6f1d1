"""What each part of an export tells: rows of one person to values that JSON takes, codes in words, others taken out."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from bot.casework.work import OUTCOMES
from bot.clock import LONDON
from bot.people.in_words import say
from bot.store import erasing
from bot.store.database import Tx
from bot.store.erasing import Scope

ANOTHER: Final = "[another person]"
WORKER: Final = "a worker of the team"
Facts = Mapping[str, Any]
Record = dict[str, Any]


@dataclass(slots=True)
class Veil:
    """Takes the details of others out of words, and counts how often. `names` in any case, as whole words."""

    names: Iterable[str]
    count: int = 0
    _pattern: "re.Pattern[str] | None" = field(init=False)

    def __post_init__(self) -> None:
        known = sorted({name.strip() for name in self.names if len(name.strip()) > 1}, key=len, reverse=True)
        told = "|".join(re.escape(name) for name in known)
        self._pattern = re.compile(rf"(?<!\w)(?:{told})(?!\w)", re.IGNORECASE) if known else None

    def __call__(self, words: str | None) -> str:
        if not words or self._pattern is None:
            return words or ""
        text, times = self._pattern.subn(ANOTHER, words)
        self.count += times
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    tx: Tx
    scope: Scope
    veil: Veil
    titles: Mapping[str, str]

    def rows(self, name: str) -> Sequence[Facts]:
        return erasing.rows(self.tx, self.scope, name)


def _messages(look: Look) -> list[Record]:
    wrote = [
        {
            "at": at_london(m["received_at"]),
            "from": "you",
            "words": look.veil(m["body"]),
            "how_we_read_it": say("danger", m["risk"]),
        }
        for m in look.rows("inbox")
    ]
    said = [
        {
            "at": at_london(m["created_at"]),
            "from": "us",
            "words": look.veil(m["body"]),
            "what_it_was": say("why we wrote", m["purpose"]),
            "what_became_of_it": say("delivery", m["state"]),
        }
        for m in look.rows("outbox")
        if not m["purpose"].startswith("staff-") or m["purpose"] == "staff-reply"
    ]
    return sorted(wrote + said, key=lambda message: str(message["at"]))


def _plans(look: Look) -> list[Record]:
    return [
        {
            "programme": look.titles.get(e["programme"], e["programme"]),
            "counts_from": _on(e["event_on"]),
            "told_on": _on(e["told_on"]),
            "about": "a child" if e["child_id"] else "you",
            "state": say("plan", e["state"]),
            "told_by": WORKER,
        }
        for e in look.rows("enrolment")
    ]


def _check_ins(look: Look) -> list[Record]:
    programme = {e["id"]: look.titles.get(e["programme"], e["programme"]) for e in look.rows("enrolment")}
    return [
        {
            "programme": programme.get(t["enrolment_id"], ""),
            "due": at_london(t["due_at"]),
            "outcome": say("outcome", t["outcome"]),
            "why": look.veil(t["reason"]),
        }
        for t in look.rows("touch")
    ]


def _cases(look: Look) -> list[Record]:
    events: dict[int, list[Record]] = {}
    for e in look.rows("case_event"):
        if e["kind"] in {"wrote", "replied"}:
            continue  # the message itself stands among the messages
        told = {"at": at_london(e["at"]), "what": e["kind"].replace("-", " "), "words": look.veil(e["body"])}
        events.setdefault(e["case_id"], []).append(told)
    answers = {r["case_id"]: r for r in look.rows("referral")}
    calls = look.rows("call_back")
    steps = look.rows("pathway_step")
    return [
        {
            "reference": c["ref"],
            "kind": say("case", c["kind"]),
            "level": say("level", c["level"]),
            "because": c["reason"].replace("-", " "),
            "your_words": look.veil(c["words"]),
            "words_that_decided": [look.veil(word) for word in json.loads(c["because"] or "[]")],
            "who_seemed_to_speak": say("speaker", c["speaker"]),
            "opened_at": at_london(c["opened_at"]),
            "state": say("state", c["state"]),
            "outcome": OUTCOMES.get(c["outcome"] or "", ""),
            "note_at_the_end": look.veil(c["outcome_note"]),
            "what_happened": events.get(c["id"], []),
            "planned_calls": [
                {"for": at_london(k["due_at"]), "note": look.veil(k["note"])} for k in calls if k["case_id"] == c["id"]
            ],
            "steps_of_the_referral": [_step(look, step) for step in steps if step["case_id"] == c["id"]],
            "your_answers": _answers(look, answers.get(c["id"])),
        }
        for c in look.rows("cases")
    ]


def _step(look: Look, step: Facts) -> Record:
    """Who leads or accepted is a professional, named for the family to ask for; whoever took the step is a worker."""
    told = json.loads(step["told"] or "{}")
    told |= json.loads(told.pop("checklist", "{}"))
    told |= {name: step[name] for name in ("level", "team", "offer") if step[name]}
    what = {name.replace("_", " "): look.veil(value) for name, value in told.items()}
    return {"at": at_london(step["at"]), "what": step["step"].replace("-", " "), **what}


def _answers(look: Look, referral: Facts | None) -> Record:
    if referral is None:
        return {}
    told = json.loads(referral["answers"] or "{}")
    return {
        **{name: look.veil(value) if isinstance(value, str) else value for name, value in told.items()},
        "may_be_shared_with": referral["shared_with"] or "the team only",
    }


def _contacts(look: Look) -> list[Record]:
    """Who gave the advice, or asked for it, is another person."""
    return [
        {
            "on": _on(c["on"]),
            "kind": say("contact", c["kind"]),
            "with": ANOTHER if c["kind"] == "advice" else look.veil(c["who"]),
            "organisation": c["organisation"] or "",
            "words": look.veil(c["words"]),
            "next_step": look.veil(c["next_step"]),
        }
        for c in look.rows("contact_log")
    ]


def _consents(look: Look) -> list[Record]:
    return [
        {
            "at": at_london(c["at"]),
            "what": "to be texted" if c["kind"] == "text" else c["kind"].replace(":", ": "),
            "answer": "yes" if c["given"] else "no",
            "as_asked": look.veil(c["wording"]),
            "how": say("via", c["via"]),
        }
        for c in look.rows("consent")
    ]


def _wishes(look: Look) -> list[Record]:
    return [
        {"at": at_london(w["at"]), "what": say("wish", w["wish"]), "words": look.veil(w["words"])}
        for w in look.rows("wish")
    ]


SECTIONS: Final[Mapping[str, Callable[[Look], list[Record]]]] = {
    "messages": _messages,
    "plans": _plans,
    "check_ins": _check_ins,
    "scores": lambda look: [{"at": at_london(s["at"]), "score_0_to_10": s["score"]} for s in look.rows("score")],
    "wishes": _wishes,
    "cases": _cases,
    "contacts_of_the_team": _contacts,
    "marks_of_the_team": lambda look: [
        {"at": at_london(r["at"]), "what": r["says"].replace("-", " "), "note": look.veil(r["note"])}
        for r in look.rows("review")
    ],
    "consents": _consents,
    "holds": lambda look: [{"since": at_london(h["since"]), "what": say("hold", h["kind"])} for h in look.rows("hold")],
    "feedback": lambda look: [
        {"at": at_london(f["at"]), "words": look.veil(f["words"])} for f in look.rows("feedback")
    ],
}


def at_london(at: datetime | None) -> str:
    """An instant in the council's own time, with its offset."""
    return "" if at is None else at.astimezone(LONDON).isoformat(timespec="seconds")


def _on(on: date | None) -> str:
    return "" if on is None else on.isoformat()
