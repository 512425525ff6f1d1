"""From parsed files to flows, wording, lexicon, council and programmes, with every fault noted."""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from bot.content.case_system import CaseSystem, read_case_system
from bot.content.council import Council, read_council
from bot.content.documents import Notes
from bot.content.flow_files import one_line, read_flow
from bot.content.learnt import learnt
from bot.content.nameless import check_code
from bot.content.often_checked import read_often_checked
from bot.content.papers import Paper, read_papers
from bot.content.programme_files import read_programme
from bot.content.shapes import read_shape
from flows.checks import flow_faults
from flows.flow import Flow
from flows.run import FACT_NAMES
from flows.safety_replies import STANDS_IN
from flows.texts import ENGINE_FLOWS, ENGINE_TEXTS
from flows.understanding.compile import compile_lexicon
from flows.understanding.content import ContentError
from flows.understanding.lexicon import CompiledLexicon
from flows.wording import Wording, catalog, placeholders
from scheduler.programme import Programme

HELPLINES = "wording/helplines.yaml"
# What a flow needs in order to be walked at all. The other rules of its shape are for who publishes it: a rule that
# came with a release must not take what is live already from the families that it serves.
NEEDED_TO_WALK = frozenset({"unknown-flow"})
_ROOT: tuple[str | int, ...] = ()
Translated = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    """A national line or site that texts may name as `{key}`. `checked_on` is when a person last called or looked."""

    name: str
    number: str
    checked_on: date
    source: str
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReply:
    """Words a worker may start a reply from."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Content as the core works with it. Frozen, shared by threads."""

    flows: Mapping[str, Flow]
    wording: Wording
    lexicon: CompiledLexicon
    council: Council
    programmes: Mapping[str, Programme]
    replies: tuple[SavedReply, ...]
    helplines: Mapping[str, Helpline]
    papers: Mapping[str, Paper]
    case_system: CaseSystem
    often_checked: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The part of the content that conversations are made of."""

    flows: Mapping[str, Flow]
    wording: Wording
    council: Council
    helplines: Mapping[str, Helpline]


def compile_data(files: Mapping[str, Any], notes: Notes, *, live: bool = False) -> Compiled | None:
    """Everything compiled, or None; whatever is wrong is in `notes`. `live`: it was checked when it was published."""
    talk = compile_talk(files, notes, live=live)
    programmes = _programmes(files, notes, talk.flows if talk is not None else None)
    # Where the council or a text is broken the values are not known, and its own faults are what to mend first.
    shared = talk.wording.shared if talk is not None else None
    replies = tuple(reply for name, raw in _in(files, "replies") for reply in _replies(name, raw, notes, shared))
    lexicon = _lexicon(files, notes)
    papers, case_system = _documents(files, notes, talk.council.values() if talk else None, live)
    often_checked = read_often_checked(files, notes)
    if talk is not None and lexicon is not None and not live:
        check_code(files, talk.wording, (talk.council.name, talk.council.service), notes)
    if notes.faults or talk is None or lexicon is None or case_system is None:
        return None
    return Compiled(
        flows=talk.flows,
        wording=talk.wording,
        lexicon=lexicon,
        council=talk.council,
        programmes=programmes,
        replies=replies,
        helplines=talk.helplines,
        papers=papers,
        case_system=case_system,
        often_checked=often_checked,
    )


def _documents(
    files: Mapping[str, Any], notes: Notes, values: Iterable[str] | None, live: bool
) -> tuple[Mapping[str, Paper], CaseSystem | None]:
    """What is made of a case to hand on. Of a bundle that is live, one that a later release refuses is as shipped."""
    own = Notes(lines=notes.lines)
    read = read_papers(files, own, values), read_case_system(files, own)
    if own.faults and live:
        return read_papers({}, notes, values), read_case_system({}, notes)
    notes.faults += own.faults
    return read


def compile_talk(files: Mapping[str, Any], notes: Notes, *, live: bool = False) -> Talk | None:
    """Flows, wording and council; None where the council itself cannot be read. `live` as above."""
    council = read_council("council.yaml", files["council.yaml"], notes) if "council.yaml" in files else None
    helplines = _helplines(files, notes)
    texts: dict[str, str] = {}
    flows = _flows(files, notes, texts, live)
    _wording_texts(files, notes, texts)
    catalogs, drafts = _translations(files, notes)
    if council is None:
        return None
    shared = {key: line.number for key, line in helplines.items()} | dict(council.values())
    _check_texts(flows, texts, frozenset(shared), notes, files)
    wording = Wording(texts=texts, catalogs=catalogs, drafts=drafts, shared=shared)
    return Talk(flows=flows, wording=wording, council=council, helplines=helplines)


def _in(files: Mapping[str, Any], folder: str, suffix: str = ".yaml") -> list[tuple[str, Any]]:
    return [(name, raw) for name, raw in files.items() if name.startswith(f"{folder}/") and name.endswith(suffix)]


def _flows(files: Mapping[str, Any], notes: Notes, texts: dict[str, str], live: bool) -> dict[str, Flow]:
    flows: dict[str, Flow] = {}
    patterns = _patterns(files, notes)
    for name, raw in _in(files, "flows"):
        if isinstance(raw, Mapping) and "pattern" in raw:
            continue
        flow = read_flow(name, raw, notes, texts, patterns)
        if flow is None:
            continue
        if flow.name in flows:
            notes.fault(name, ("flow",), f"another file has the flow {flow.name!r}")
        if f"flows/{flow.name}.yaml" != name:
            notes.fault(name, ("flow",), f"the flow {flow.name!r} belongs in flows/{flow.name}.yaml")
        flows[flow.name] = flow
    for needed in ENGINE_FLOWS:
        if needed not in flows:
            notes.fault(f"flows/{needed}.yaml", _ROOT, "this flow is needed and is missing or broken")
    for flow in flows.values():
        for found in flow_faults(flow, flows):
            if live and found.rule not in NEEDED_TO_WALK:
                continue
            path = ("nodes", found.node) if found.node else _ROOT
            path = (*path, found.key) if found.key else path
            notes.fault(f"flows/{flow.name}.yaml", path, found.message, node=found.node, rule=found.rule)
    return flows


def _patterns(files: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    """What flows may be `like`, by name."""
    found: dict[str, Any] = {}
    for name, raw in _in(files, "flows"):
        if isinstance(raw, Mapping) and "pattern" in raw:
            pattern = str(raw["pattern"])
            if f"flows/{pattern}.yaml" != name:
                notes.fault(name, ("pattern",), f"the pattern {pattern!r} belongs in flows/{pattern}.yaml")
            found[pattern] = raw
    return found


def _wording_texts(files: Mapping[str, Any], notes: Notes, texts: dict[str, str]) -> None:
    for name, raw in _in(files, "wording"):
        if name == HELPLINES:
            continue
        if not isinstance(raw, Mapping):
            notes.fault(name, _ROOT, "wording is a group of ids, each with its words")
            continue
        for text_id, words in raw.items():
            if not isinstance(words, str) or not words.strip():
                notes.fault(name, (text_id,), "must be words to say")
            elif text_id in texts:
                notes.fault(name, (text_id,), "this id is written elsewhere too")
            else:
                texts[text_id] = one_line(words)
    for text_id in ENGINE_TEXTS:
        if text_id not in texts and (general := texts.get(STANDS_IN.get(text_id, ""))) is not None:
            texts[text_id] = general
        if text_id not in texts:
            notes.fault("wording/messages.yaml", (text_id,), f"the text {text_id!r} is needed and is missing")


def _translations(files: Mapping[str, Any], notes: Notes) -> tuple[dict[str, Translated], dict[str, Translated]]:
    """Checked and unchecked translations by language. What one names must be what its English names."""
    checked: dict[str, Translated] = {}
    drafts: dict[str, Translated] = {}
    for name, po in _in(files, "wording", ".po"):
        language = name.split("/")[1][: -len(".po")]
        checked[language], drafts[language] = catalog(po), catalog(po, checked=False)
        for english, words in (*checked[language].items(), *drafts[language].items()):
            for unknown in sorted(placeholders(words) - placeholders(english)):
                notes.fault(name, _ROOT, f"the English of {words[:40]!r}... does not have the value {{{unknown}}}")
    return checked, drafts


def _check_texts(
    flows: Mapping[str, Flow], texts: Mapping[str, str], shared: frozenset[str], notes: Notes, files: Mapping[str, Any]
) -> None:
    """Every value that a text names is one that something gives."""
    answers = frozenset(name for flow in flows.values() for name in flow.kept_names())
    for text_id, words in texts.items():
        known = shared | FACT_NAMES | answers | ENGINE_TEXTS.get(text_id, frozenset())
        for name in sorted(placeholders(words) - known):
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            told = f"nothing gives the value {{{name}}}" + (f"; did you mean {{{near[0]}}}?" if near else "")
            file, path, node = _place(text_id, flows, files)
            notes.fault(file, path, told, node=node)


def _place(text_id: str, flows: Mapping[str, Flow], files: Mapping[str, Any]) -> tuple[str, tuple[str | int, ...], str]:
    flow, _, rest = text_id.partition(".")
    if flow in flows:
        node = rest.split(".")[0]
        if node not in flows[flow].nodes:
            return f"flows/{flow}.yaml", (f"if_{node}",), ""
        return f"flows/{flow}.yaml", ("nodes", node), node
    for name, raw in _in(files, "wording"):
        if isinstance(raw, Mapping) and text_id in raw:
            return name, (text_id,), ""
    return "wording/messages.yaml", (text_id,), ""


def _helplines(files: Mapping[str, Any], notes: Notes) -> dict[str, Helpline]:
    raw = files.get(HELPLINES, {})
    if not isinstance(raw, Mapping):
        notes.fault(HELPLINES, _ROOT, "helplines are a group: key, then name, number, checked_on, source")
        return {}
    read = {key: read_shape(Helpline, given, notes, HELPLINES, (key,)) for key, given in raw.items()}
    return {key: line for key, line in read.items() if line is not None}


def _programmes(files: Mapping[str, Any], notes: Notes, flows: Mapping[str, Flow] | None) -> dict[str, Programme]:
    made: dict[str, Programme] = {}
    for name, raw in _in(files, "programmes"):
        programme = read_programme(name, raw, notes)
        if programme is None:
            continue
        if f"programmes/{programme.id}.yaml" != name:
            notes.fault(name, ("id",), f"the programme {programme.id!r} belongs in programmes/{programme.id}.yaml")
        made[programme.id] = programme
        for at, touch in enumerate(programme.touches if flows is not None else ()):
            flow = (flows or {}).get(touch.flow)
            if flow is None or not flow.check_in:
                told = "there is no flow" if flow is None else "its file does not say `check_in: yes`:"
                notes.fault(name, ("touches", at, "flow"), f"{told} {touch.flow!r}", node=touch.id)
    return made


def _replies(name: str, raw: Any, notes: Notes, shared: Mapping[str, str] | None) -> list[SavedReply]:
    """Saved replies: a worker fills the blanks in [brackets]; the values in {braces} are the council's alone."""
    if not isinstance(raw, list):
        notes.fault(name, (), "saved replies are a list of id, title and text")
        return []
    read = [read_shape(SavedReply, given, notes, name, (at,)) for at, given in enumerate(raw)]
    for at, reply in enumerate(read):
        if reply is None or shared is None:
            continue
        for unknown in sorted(placeholders(reply.text) - shared.keys()):
            notes.fault(name, (at, "text"), f"no setting of the council gives the value {{{unknown}}}", node=reply.id)
    return [reply for reply in read if reply is not None]


def _lexicon(files: Mapping[str, Any], notes: Notes) -> CompiledLexicon | None:
    phrases = {name.split("/")[1][: -len(".yaml")]: raw for name, raw in _in(files, "phrases")}
    source = {**phrases, "needs": files.get("needs.yaml")}
    try:
        return _compiled(json.dumps(source, ensure_ascii=False))
    except ContentError as wrong:
        for fault in wrong.faults:
            file = "needs.yaml" if fault.file == "needs" else f"phrases/{fault.file}.yaml"
            notes.fault(file, fault.path, fault.message)
        return None


@lru_cache(maxsize=2)
def _compiled(source: str) -> CompiledLexicon:
    # Checking, publishing and swapping compile the same phrases; it is the dear part of all three.
    return compile_lexicon(json.loads(source), learnt())
