"""Danger told on a page of ours that asks nobody who they are: a case of its own, and the fixed words of safety.

Nobody can be written to there, so the page that answers is the only place for those words. They are the web chat's own.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.casework.raising import WORDS_KEPT
from bot.clock import local_date
from bot.house import House
from bot.live import Snapshot
from bot.refs import new_ref
from bot.store import casework as rows
from bot.store.casework import RANK
from bot.store.database import Tx
from flows.effects import Level, RaiseEscalation, Say
from flows.facts import Facts
from flows.safety import respond_to_danger
from flows.safety_replies import WATCHED
from flows.understanding.types import Lexicon, Screening
from messages.clean import clean, is_visible
from messages.render import parts

REASON: Final = "danger-entry"
LEVELS: Final[tuple[Level, ...]] = ("urgent", "concern", "routine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A page that asks nobody who they are: the reason of its cases, and what the desk is told beside the words."""

    reason: str
    told: str


ENTRY: Final = Where(
    reason=REASON,
    told="Written on the public form that says what is wrong with an entry of the directory ({about}). Nobody is asked "
    "who they are there, so no answer can be sent. The page that answered showed the safety reply.",
)
PROVIDER: Final = Where(
    reason="danger-provider",
    told="Written on the page of an organisation's private link, about its entry ({about}). Who there wrote is not "
    "asked: telephone the organisation. The page that answered showed the safety reply.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyWords:
    """What the page shows: each part with its language. `discreet`: the words say that somebody may be watching, so
    the page must look like any other."""

    said: tuple[tuple[str, str], ...]
    discreet: bool


def gravest(lexicon: Lexicon, texts: Iterable[str]) -> Screening:
    """The gravest danger in any of these texts, each screened in parts no longer than a message's: to its end."""
    found = [lexicon.screen([part]) for text in texts for part in parts(text)] or [Screening()]
    return min(found, key=lambda one: LEVELS.index("routine" if one.risk == "none" else one.risk))


def answer(
    house: House, ref: str, words: str, *, about: str, language: str, where: Where = ENTRY
) -> SafetyWords | None:  # fmt: skip
    """Raise the case that these words ask for, and say what is answered; None where they show no danger.

    `ref` is a fresh reference that the form holds: the same words again under it raise nothing more, and other words
    (a page brought back by Back) are another case. `about` names the entry; `language` is the page's.
    """
    words = clean(words)
    if not is_visible(words):
        return None
    lexicon = house.live.of(house.db).assets.lexicon
    screening = gravest(lexicon, [words])
    if screening.risk == "none":
        return None
    with house.db.write() as tx:
        snapshot = house.live.snapshot(tx)
        facts = _facts(house, snapshot, language)
        effects = respond_to_danger(screening, facts, words[:WORDS_KEPT], lexicon.understand(words).lang)
        raised = next(effect for effect in effects if isinstance(effect, RaiseEscalation))
        _raise(tx, ref, raised, facts, where, about) or _raise(tx, new_ref(), raised, facts, where, about)
    house.wake.wake()
    say = next(effect for effect in effects if isinstance(effect, Say))
    said = snapshot.wording.render_beside(
        say.text, say.values, say.language or language, chosen=say.language is None
    )  # fmt: skip
    return SafetyWords(said=said, discreet=say.text in WATCHED.values())


def _facts(house: House, snapshot: Snapshot, language: str) -> Facts:
    now, rules = house.clock.now(), snapshot.rules
    return Facts(
        now=now, today=local_date(now), fresh_ref="", channel="web", language=language, open_now=False,
        look_by={level: rules.calendar.look_by(level, now, rules.promises) for level in LEVELS},
    )  # fmt: skip


def _raise(tx: Tx, ref: str, raised: RaiseEscalation, facts: Facts, where: Where, about: str) -> bool:
    """False where another case has this reference."""
    case_id = rows.add_case_once(
        tx, ref=ref, kind="escalation", level=raised.level, rank=RANK[raised.level], reason=where.reason,
        address_id=None, person_id=None, words=raised.words, because=json.dumps(raised.because, ensure_ascii=False),
        speaker=raised.speaker, opened_at=facts.now, look_by=facts.look_by[raised.level],
    )  # fmt: skip
    if case_id is None:
        standing = rows.find_case(tx, ref)
        return standing is not None and standing.reason == where.reason and standing.words == raised.words
    detail = f"{raised.level}: {where.reason}"
    rows.add_case_event(tx, case_id=case_id, at=facts.now, kind="opened", body=raised.words, detail=detail)
    rows.add_case_event(tx, case_id=case_id, at=facts.now, kind="note", body=where.told.format(about=about))
    return True
