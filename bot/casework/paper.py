"""A case as a Word document: the council's headings, filled with what is known, the rest marked for the worker."""

from dataclasses import dataclass
from typing import Final, Literal

from bot.casework import case_facts
from bot.casework.accounts import SignedIn
from bot.casework.case_facts import Fact, Known, Whose
from bot.casework.word_file import WordFile
from bot.casework.work import looked_at
from bot.content.papers import Line, Paper, Part, Section
from bot.house import House
from bot.live import Snapshot
from bot.store import staff

Which = Literal["referral", "front-door"]
WHICH: Final[tuple[Which, ...]] = ("referral", "front-door")
WHOSE: Final[dict[Whose, str]] = {
    "family": "In the family's own words",
    "professional": "In the words of the professional who referred",
    "worker": "In the words of the team",
}
HEADS: Final = ("What we ask", "What is known")
NOTHING_TOLD: Final = "Nothing was told of this."


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    body: bytes
    name: str  # of the file


def make(house: House, ref: str, which: Which, by: SignedIn) -> Made:
    """Make it, audited, with the look at the case that it is. Raises NoSuchCase."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = looked_at(tx, ref, by, now)
        snapshot = house.live.snapshot(tx)
        known = case_facts.known(snapshot, tx, case, now, by=by.staff.name, to_front_door=which == "front-door")
        staff.add_audit(
            tx, at=now, staff_id=by.staff.id, action="case.document", target=f"case:{case.ref}", detail=which
        )
    council = snapshot.compiled.council
    written = snapshot.compiled.papers[which]
    title = f"{_filled(snapshot, written.title)}, {known.ref}"
    made = _Writing(file=WordFile(title=title, author=council.name, made_at=now), known=known, snapshot=snapshot)
    made.whole(written)
    return Made(body=made.file.bytes(), name=f"{which}-{known.ref}.docx")


def _filled(snapshot: Snapshot, text: str) -> str:
    for name, value in snapshot.compiled.council.values().items():
        text = text.replace(f"{{{name}}}", value)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    file: WordFile
    known: Known
    snapshot: Snapshot

    def whole(self, paper: Paper) -> None:
        if paper.note:
            self.file.words(_filled(self.snapshot, paper.note))
        interpreter = self.known.facts.get("interpreter")
        if interpreter is not None and interpreter.code == "yes":
            self.file.labelled("Interpreter", interpreter.text)
        for part in paper.parts:
            self._part(part)
        if self.known.held_back:
            self.file.heading("What is held back", level=2)
            self.file.words(
                f"Details of other people were taken out of the words above, and stand there as [another person]: "
                f"{self.known.held_back}."
            )

    def _part(self, part: Part) -> None:
        self._section(part, level=2)
        for section in part.sections:
            self._section(section, level=3)

    def _section(self, section: Section, *, level: int) -> None:
        self.file.heading(section.heading, level=level)
        if section.note:
            self.file.words(_filled(self.snapshot, section.note))
        if section.facts:
            self.file.facts(HEADS, [self._fact(line) for line in section.facts])
        shown = [line for line in section.lines if line.show]
        if shown and not any(line.show in self.known.facts for line in shown):
            self.file.words(NOTHING_TOLD)
        for line in section.lines:
            self._line(line)
        if section.table is not None:
            self.file.empty_rows(section.table.columns, section.table.rows)

    def _fact(self, line: Line) -> tuple[str, str, bool]:
        fact = self.known.facts.get(line.show)
        return (line.label, line.write, True) if fact is None else (line.label, fact.text, False)

    def _line(self, line: Line) -> None:
        if line.write:
            self.file.blank(f"{line.label}: {line.write}" if line.label else line.write)
            return
        fact = self.known.facts.get(line.show)
        if fact is None:
            return
        if fact.whose:
            self.file.quoted(f"{line.label or WHOSE[fact.whose]}:", fact.text, language=self._tongue(fact))
        elif line.label:
            self.file.labelled(line.label, fact.text)
        else:
            self.file.words(fact.text)

    def _tongue(self, fact: Fact) -> str:
        """The language that these words seem to be in, where it is not English: they may have asked for another."""
        lang = self.snapshot.assets.lexicon.understand(fact.text).lang if fact.whose == "family" else ""
        return "" if lang == case_facts.ENGLISH else lang
