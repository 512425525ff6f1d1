"""What check-ins say: private whoever reads the phone, short, signed, and the same in each language."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.cli.lint_wording import longest_moment
from bot.content import Compiled, compile_content, read_content
from flows.flow import AskNode
from flows.wording import PLACEHOLDER, catalog, placeholders, say_moment
from messages.fitting import MOST_SEGMENTS, fitted
from messages.render import for_sms
from messages.sms import segments
from scheduler.programme_checks import programme_warnings

SHIPPED = Path(__file__).resolve().parents[2] / "content"
LANGUAGES = ("pl", "pt", "es", "so", "ar", "ur", "fr", "it")
# Whoever holds the phone may read it: these would tell of a trouble, of somebody's history, or of who else is helping.
TELLS = (
    "abuse", "violen", "hit", "hurt", "harm", "afraid", "scared", "debt", "money", "benefit", "universal credit",
    "rent", "evict", "homeless", "food bank", "hungry", "mental", "anxi", "depress", "camhs", "self-harm",
    "suicid", "autis", "adhd", "special needs", "send ", "ehc", "disab", "diagnos", "exclu", "suspend", "attend",
    "truan", "bull", "gang", "knife", "police", "crime", "prison", "drug", "alcohol", "drink", "smok", "pregnan",
    "miscarr", "baby", "birth", "bereave", "death", "died", "loss", "grief", "separat", "divorce", "split",
    "partner", "husband", "wife", "court", "custody", "social care", "social worker", "early help", "referral",
    "referred", "case", "support worker", "parenting", "course", "young carer", "kinship", "foster", "asylum",
    "immigra", "refuge", "gay", "lgbt", "counsel", "as we said", "told you about",
)  # fmt: skip
# Ordinary words that hold one of those: the council is where anybody applies for a school.
HARMLESS = ("council", "different", "parents", "apprenticeship")


@cache
def shipped() -> Compiled:
    return compile_content(read_content(SHIPPED))


def check_in_texts() -> Iterator[tuple[str, str]]:
    """Every text that a check-in flow may say, the choices among them."""
    compiled = shipped()
    for flow in compiled.flows.values():
        if not flow.check_in:
            continue
        for text_id, words in compiled.wording.texts.items():
            if text_id.partition(".")[0] == flow.name:
                yield text_id, words
        for node in flow.nodes.values():
            for option in node.options if isinstance(node, AskNode) else ():
                yield f"{flow.name}.{node.id}: {option.value}", option.label


@pytest.mark.parametrize(("text_id", "words"), list(check_in_texts()))
def test_a_check_in_tells_nobody_anything(text_id: str, words: str) -> None:
    """Claim: no need, no service, no history and no child's trouble stands in any text of a check-in."""
    said = words.casefold()
    for harmless in HARMLESS:
        said = said.replace(harmless, "")
    assert [word for word in TELLS if word in said] == [], text_id


def test_every_flow_of_a_programme_opens_with_a_signed_question() -> None:
    """Claim: the first words say who writes, in the service's neutral name or a worker's, and ask one thing."""
    compiled = shipped()
    opened = {touch.flow for programme in compiled.programmes.values() for touch in programme.touches}
    for name in opened:
        flow = compiled.flows[name]
        first = flow.nodes[flow.start]
        assert isinstance(first, AskNode), name
        assert "{signed}" in compiled.wording.texts[f"{name}.{flow.start}"], name
    called = {"after-check-in"}
    assert opened | called == {flow.name for flow in compiled.flows.values() if flow.check_in}


def test_the_programmes_of_the_brief_are_there_without_a_warning() -> None:
    """Claim: thirteen programmes; no two touches of one meet, whatever the event or the month of birth."""
    compiled = shipped()
    assert set(compiled.programmes) == {
        "after-early-help", "pregnancy-to-two", "key-transitions", "new-baby", "house-move", "new-school", "exclusion",
        "bereavement", "separation", "referral-made", "signposted", "ehc-plan-review", "parenting-course-ended",
    }  # fmt: skip
    assert {name: programme_warnings(programme) for name, programme in compiled.programmes.items()} == dict.fromkeys(
        compiled.programmes, ()
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translated_check_in_fits_and_names_the_same(language: str) -> None:
    """Claim: each text that families get at a check-in is translated, with the values of its English, in two texts."""
    compiled = shipped()
    po = (SHIPPED / "wording" / f"{language}.po").read_text("utf-8")
    known = {**catalog(po, checked=False), **catalog(po)}
    moment = say_moment(longest_moment(language), language)
    values = {**compiled.wording.shared, "signed": compiled.council.service}
    translated = 0
    for text_id, english in check_in_texts():
        words = known.get(english)
        if words is None:
            continue
        translated += 1
        assert placeholders(words) == placeholders(english), text_id
        filled = PLACEHOLDER.sub(lambda m: moment if m[1].startswith("look_by") else values[m[1]], words)
        flow, _, rest = text_id.partition(".")
        ask = compiled.flows[flow].ask(rest.split(".")[0]) if ":" not in text_id else None
        options = [known.get(option.label, option.label) for option in ask.options] if ask is not None else []
        assert segments(fitted(for_sms(filled, options))) <= MOST_SEGMENTS, (text_id, words)
    assert translated >= 60


def test_every_opening_and_choice_has_its_translation() -> None:
    """Claim: no check-in can be opened whose first words, or whose choices, one language lacks."""
    compiled = shipped()
    wanted = set()
    for flow in (flow for flow in compiled.flows.values() if flow.check_in and flow.name != "after-check-in"):
        wanted.add(compiled.wording.texts[f"{flow.name}.{flow.start}"])
        ask = flow.ask(flow.start)
        wanted |= {option.label for option in ask.options} if ask is not None else set()
    for language in LANGUAGES:
        po = (SHIPPED / "wording" / f"{language}.po").read_text("utf-8")
        assert wanted - {*catalog(po, checked=False), *catalog(po)} == set(), language
