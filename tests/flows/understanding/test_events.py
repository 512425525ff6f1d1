"""Key events told as news: what must be heard, and all the words that only sound like it.

A death that is read where there was none ends what a family was promised, and hurts. So the lines that must match
nothing are many more than those that must.
"""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content.learnt import learnt
from flows.reading import LOSSES
from flows.understanding import CompiledLexicon, ContentError, compile_lexicon
from flows.understanding.words import fold

DATA = Path(__file__).parent / "data"
SIGNPOSTS = Path(__file__).parents[2] / "directory" / "data" / "signpost.jsonl"
LANGUAGES = {"en", "pl", "pt", "es", "so", "ar", "ur", "fr", "it"}
EVENTS = (
    "pregnancy-lost", "child-died", "bereavement", "new-baby", "house-move", "new-school", "exclusion", "separation",
)  # fmt: skip
# All that matches among the everyday lines, the harmless look-alikes and the danger of every set: each was looked at,
# and each tells of that event.
TELL = {
    "blind-dev": {"bd092": "separation", "bd184": "separation"},
    "blind-held": {"bh190": "bereavement"},
    "fresh-asks": {
        "a115": "separation", "a116": "bereavement", "a117": "pregnancy-lost", "a119": "bereavement",
        "a123": "bereavement", "a166": "exclusion",
    },
    "fresh-danger": {"d206": "bereavement", "d428": "separation", "d435": "separation"},
    "held-asks": {"n278": "separation"},
    "held-danger": {},
    "own": {},
    "own2": {},
    "own3": {},
    "risk": {"r112": "separation"},
    "understand": {
        "d061": "separation", "d064": "separation", "d065": "bereavement", "d066": "pregnancy-lost",
        "d090": "exclusion", "d092": "exclusion",
    },
    "signpost": {"s018": "bereavement", "s042": "separation"},
}  # fmt: skip


def lines(name: str) -> list[dict[str, str]]:
    path = SIGNPOSTS if name == "signpost" else DATA / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def event_of(lexicon: CompiledLexicon, text: str) -> str:
    """The event alone: most of the time of understanding goes to needs and danger, which decide nothing here."""
    guess = lexicon.events.guess(lexicon.events.heard(lexicon.listener.hear(text), lexicon.listener))
    return "" if guess.kind == "need" else guess.kind


def is_latin(text: str) -> bool:
    return fold(text).isascii()


def test_the_lines_are_many_and_in_every_language() -> None:
    """Claim: 250 lines or more that tell of nothing and 120 or more that do, each event in each language, and Urdu in
    both scripts; none is given twice."""
    none, told = lines("events-none"), lines("events-told")
    assert len(none) >= 250
    assert len(told) >= 120
    assert {line["lang"] for line in none} == LANGUAGES
    assert {(line["event"], line["lang"]) for line in told} == {(e, lang) for e in EVENTS for lang in LANGUAGES}
    scripts = {(line.get("event", ""), is_latin(line["text"])) for line in none + told if line["lang"] == "ur"}
    assert scripts == {(event, latin) for event in ("", *EVENTS) for latin in (True, False)}
    counts = Counter(line["text"].casefold() for line in none + told)
    assert [text for text, times in counts.items() if times > 1] == []


def test_what_only_sounds_like_news_tells_of_nothing(lexicon: CompiledLexicon) -> None:
    """Claim: lost benefits and lost teeth, children lost in shops, old griefs, others' losses, fears, plans, films and
    figures of speech match no event."""
    heard = {line["text"]: event_of(lexicon, line["text"]) for line in lines("events-none")}
    assert {text: event for text, event in heard.items() if event} == {}


def test_what_is_told_is_heard(lexicon: CompiledLexicon) -> None:
    """Claim: each event is heard in each language, misspelt and in texting spelling too."""
    told = {line["text"]: line["event"] for line in lines("events-told")}
    heard = {text: event_of(lexicon, text) for text in told}
    assert {text: (heard[text], event) for text, event in told.items() if heard[text] != event} == {}


@pytest.mark.parametrize("name", TELL)
def test_of_all_other_lines_those_match_that_were_looked_at(lexicon: CompiledLexicon, name: str) -> None:
    """Claim: of the everyday, harmless and danger lines, no more match than were read and found right."""
    heard = {line["id"]: event_of(lexicon, line["text"]) for line in lines(name)}
    assert {number: event for number, event in heard.items() if event} == TELL[name]


def test_most_losses_are_sure_and_bare_ones_in_every_language(lexicon: CompiledLexicon) -> None:
    """Claim: of the losses 85 in a hundred are acted on, and one at least of each kind and language; the rest go before
    a person."""
    told = [line for line in lines("events-told") if line["event"] in LOSSES]
    sure = [line for line in told if lexicon.understand(line["text"]).event_sure]
    assert len(sure) >= 0.85 * len(told)
    assert {(line["event"], line["lang"]) for line in sure} == {(e, lang) for e in LOSSES for lang in LANGUAGES}


@pytest.mark.parametrize(
    "text",
    [
        "our son jack died", "our son jack died last week", "our son, Jack, died", "my daughter amy has died",
        "our daughter lily rose died", "my son mohammed passed away yesterday", "my son jack is dead",
        "mój syn jakub zmarł", "mi hijo juan murió", "mon fils paul est mort", "o meu filho joão morreu",
        "mio figlio marco è morto", "wiilkaygii axmed waa dhintay", "ابني احمد مات", "مات ابني احمد",
        "میرا بیٹا علی فوت ہو گیا", "mera beta ali faut ho gaya",
    ],
)  # fmt: skip
def test_a_child_that_is_named_is_as_sure_as_one_that_is_not(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: a first name beside "our son" leaves no other meaning, so that what was planned ends; a word that is no
    name of a list leaves one, and a person is told."""
    understood = lexicon.understand(text)
    assert (understood.event, understood.event_sure) == ("child-died", True)


@pytest.mark.parametrize(
    "text",
    ["i've lost my little girl", "lost my son last week", "our son buster died", "no heartbeat", "perdí a mi hija"],
)
def test_words_that_may_be_a_loss_are_never_sure(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: what may mean something else ends nothing, however sad the rest is taken to be."""
    understood = lexicon.understand(text)
    assert understood.event in LOSSES
    assert not understood.event_sure


@pytest.mark.parametrize(
    ("text", "event", "year"),
    [("we lost our baby in 2026", "pregnancy-lost", 2026), ("my son died in 1999", "child-died", 1999),
     ("we lost the baby in 19th week", "pregnancy-lost", None), ("mi hijo murió en 2019", "child-died", 2019),
     ("my son born in 2019 died", "child-died", None), ("he was excluded in 2025 from school", "exclusion", 2025)],
)  # fmt: skip
def test_the_year_that_it_is_told_of_is_read(lexicon: CompiledLexicon, text: str, event: str, year: int | None) -> None:
    """Claim: whether that year is over is not for the words to say; the year somebody was born in is no such year."""
    understood = lexicon.understand(text)
    assert (understood.event, understood.event_year) == (event, year)


@pytest.mark.parametrize(
    ("text", "beside"),
    [("our baby died what do i do", False), ("my son died can i speak to someone", False), ("my son died?", False),
     ("my son died and i cant pay for the funeral", True), ("my son died and we have no food", True),
     ("perdimos a nuestro bebé que hacemos", False)],
)  # fmt: skip
def test_beside_a_loss_only_what_is_lacking_is_looked_for(lexicon: CompiledLexicon, text: str, beside: bool) -> None:
    """Claim: nobody whose child has died is handed a list for asking what to do; who cannot pay for the funeral is."""
    assert lexicon.understand(text).event in LOSSES
    assert lexicon.understand(text).event_beside == beside


def test_one_sign_is_not_enough(lexicon: CompiledLexicon) -> None:
    """Claim: the same pattern with grief read from the rest is sure, and without it is not."""
    with_grief, without = "i miscarried on sunday, i am grieving", "poroniłam wczoraj"
    assert lexicon.understand(with_grief).needs[0] == "bereavement"
    assert lexicon.understand(with_grief).event_sure
    assert lexicon.understand(without).event == "pregnancy-lost"
    assert not lexicon.understand(without).needs
    assert not lexicon.understand(without).event_sure


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("my husband has left me and i cant pay the rent", "separation"),
        ("my mum died and i cant afford the funeral", "bereavement"),
        ("my son has been excluded from school what can I do", "exclusion"),
        ("getting divorced need legal advice", "separation"),
        ("moved house yesterday need a new gp", "house-move"),
        ("my dad died in august, is there a group", "bereavement"),
        ("gave birth tuesday, who comes to check on me", "new-baby"),
        ("mi marido me dejo y no tengo para el alquiler", "separation"),
        ("mi madre murió y necesito ayuda con el funeral", "bereavement"),
        ("rozwodzimy się i potrzebuję pomocy", "separation"),
        ("mon mari est décédé, je cherche de l'aide", "bereavement"),
        ("mio padre è morto, ho bisogno di aiuto", "bereavement"),
        ("o meu filho foi expulso da escola, o que faço?", "exclusion"),
        ("توفي زوجي واحتاج مساعدة", "bereavement"),
        ("میرے شوہر کا انتقال ہو گیا ہے مجھے مدد چاہیے", "bereavement"),
        ("mere shohar ka inteqal ho gaya madad chahiye", "bereavement"),
        ("waan guurnay, caawimaad baan u baahanahay", "house-move"),
    ],
)
def test_what_is_asked_beside_the_news_is_heard(lexicon: CompiledLexicon, text: str, event: str) -> None:
    """Claim: a need or a question said with the news is not lost behind it, in any language."""
    understood = lexicon.understand(text)
    assert (understood.event, understood.event_beside) == (event, True)


@pytest.mark.parametrize(
    "text", ["mum died", "we moved house", "we had the baby", "he got excluded again", "we split up",
             "my husband has left me"]
)  # fmt: skip
def test_bare_news_asks_for_nothing(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: news and no more is answered as news."""
    assert lexicon.understand(text).event
    assert not lexicon.understand(text).event_beside


def test_a_need_that_no_list_has_is_refused(shipped: Callable[[], dict[str, object]]) -> None:
    """Claim: an event that names an unknown need is the author's fault, told with its place."""
    content = shipped()
    content["events"]["house-move"]["needs"].append("unicorns")  # type: ignore[index]
    with pytest.raises(ContentError) as caught:
        compile_lexicon(content, learnt())
    assert [(fault.file, fault.path) for fault in caught.value.faults] == [("events", ("house-move", "needs"))]
