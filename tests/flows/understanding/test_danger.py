"""Screening for danger: what must be found, what must page nobody, and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.understanding import CompiledLexicon

ORDER = ("none", "concern", "urgent")


@pytest.mark.parametrize(
    "text",
    [
        "he has a knife hes outside",
        "im not being dramatic he has a knife",
        "He's got a KNIFE!!!",
        "he has a knfe",
        "i want to die",
        "i want 2 die",
        "no he never listens and now he has a knife",
        "my baby isn't breathing",
        "mi marido tiene un cuchillo",
        "mąż ma nóż",
        "زوجي معه سكين",
        "STOP he has a knife",
    ],
)
def test_danger_now_is_urgent(lexicon: CompiledLexicon, text: str) -> None:
    """A weapon, a wish to die or a failing child is urgent, however it is spelt and whatever stands beside it."""
    found = lexicon.screen([text])
    assert found.risk == "urgent"
    assert found.because


@pytest.mark.parametrize(
    "text",
    [
        "this homework is killing me",
        "nobody is hurt, i just need a cot",
        "cutting a cake with a knife",
        "dead tired",
        "he has never hit me",
        "shes not suicidal",
        "he hasnt got a knife",
        "",
        "👍",
        "!!!",
    ],
)
def test_harmless_words_page_nobody(lexicon: CompiledLexicon, text: str) -> None:
    """Figures of speech, cookery and denial raise nothing."""
    assert lexicon.screen([text]).risk == "none"


def test_an_answer_and_danger_together_are_seen(lexicon: CompiledLexicon) -> None:
    """Danger beside an answer to a question is found, and its words are quoted as the family wrote them."""
    found = lexicon.screen(["2, he hit me again"])
    assert found.risk != "none"
    assert found.because == ("he hit me",)


@pytest.mark.parametrize(
    "text",
    [
        "food bank near SW18, he has a knife",
        "we need a food bank. he has a knife",
        "thanks for the playgroup times! my dad hits me",
        "is the library open on sunday\nhe said he will kill me",
        "¿dónde está la biblioteca? mi marido tiene un cuchillo",
    ],
)
def test_danger_beside_an_everyday_request_is_seen(lexicon: CompiledLexicon, text: str) -> None:
    """What a clause says of danger by itself, an everyday one beside it does not outweigh."""
    assert lexicon.screen([text]).risk != "none"


@pytest.mark.parametrize(
    "wish",
    ["any news", "any news on my referral?", "stop", "can i speak to someone", "is there any update on my referral"],
)
@pytest.mark.parametrize("said", ["he hit me", "my husband hit me"])
def test_a_wish_beside_it_takes_nothing_away(lexicon: CompiledLexicon, said: str, wish: str) -> None:
    """Claim: beside a wish, before or after, what was done to somebody is as grave as it is alone."""
    alone = lexicon.screen([said]).risk
    assert alone != "none"
    for text in (f"{said}. {wish}", f"{wish}. {said}"):
        assert ORDER.index(lexicon.screen([text]).risk) >= ORDER.index(alone), text


def test_a_harmless_clause_beside_a_wish_stays_harmless(lexicon: CompiledLexicon) -> None:
    """Claim: what alone alarms nobody does not beside a wish either."""
    for said in ("he hit his head at football and is fine", "this homework is killing me"):
        assert lexicon.screen([f"{said}. any news on my referral?"]).risk == lexicon.screen([said]).risk == "none"


def test_a_thought_split_over_two_texts_is_read_as_one(lexicon: CompiledLexicon) -> None:
    """Neither text alarms alone; joined they do."""
    assert lexicon.screen(["she said she wants to"]).risk == "none"
    assert lexicon.screen(["die"]).risk == "none"
    assert lexicon.screen(["she said she wants to", "die"]).risk == "urgent"


def test_danger_at_the_end_of_a_long_text_is_found(lexicon: CompiledLexicon) -> None:
    """However much is written around it: a long text is read in stretches."""
    before = "my boy loves football and we go every saturday. " * 100
    assert lexicon.screen([before]).risk == "none"
    assert lexicon.screen([before + "he hit me again last night and i am scared"]).risk != "none"
    assert lexicon.understand(before + "he hit me again last night and i am scared").risk != "none"


def test_what_was_answered_in_between_does_not_alarm_with_what_went_before(lexicon: CompiledLexicon) -> None:
    """A postcode after "he went away" is a postcode."""
    assert lexicon.screen(["he went away", "im Kit", "SW18 2PU"]).risk == "none"


def test_an_older_alarm_stays_in_the_join(lexicon: CompiledLexicon) -> None:
    """Two minutes' texts together are never less grave than the gravest of them."""
    assert lexicon.screen(["he has a knife", "please"]).risk == "urgent"


def test_time_in_the_words_changes_the_level(lexicon: CompiledLexicon) -> None:
    """Violence told as past is concern; the same happening now is urgent."""
    assert lexicon.screen(["my ex used to hit me years ago"]).risk == "concern"
    assert lexicon.screen(["my husband is hitting me right now"]).risk == "urgent"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("im 13 and my dad hits me", "child"),
        ("my son is being hurt by his teacher", "parent"),
        ("i hit my wife last night and i want to stop", "harmer"),
        ("i think next door hit their kids", "bystander"),
        ("im a teacher, a pupil in my class has bruises", "worker"),
        ("im 17 and i want to die", "young-person"),
    ],
)
def test_who_is_speaking_is_told_where_the_words_show_it(lexicon: CompiledLexicon, text: str, who: str) -> None:
    """The reply differs by speaker, so the words that show one are read."""
    assert lexicon.screen([text]).speaker == who


@pytest.mark.parametrize(
    "text", ["he checks my phone", "cant talk", "dont call", "please dont ring me", "nie dzwońcie"]
)
def test_a_watched_phone_is_noticed(lexicon: CompiledLexicon, text: str) -> None:
    """Who cannot talk gets the reply that names nothing."""
    assert lexicon.screen([text]).watched


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_has_an_answer(lexicon: CompiledLexicon, text: str) -> None:
    """No text raises; `because` quotes the text itself and is there exactly when there is danger."""
    found = lexicon.screen([text])
    assert (found.risk != "none") == bool(found.because)
    assert all(words in text for words in found.because)


@given(st.sampled_from(["he has a knife", "i want to die", "hes strangling me"]), st.integers(0, 3), st.integers(0, 2))
@settings(max_examples=30, deadline=None)
def test_polite_words_around_do_not_hide_danger(lexicon: CompiledLexicon, core: str, before: int, after: int) -> None:
    """Greeting before and thanks after change nothing."""
    text = " ".join([*(["hi", "sorry", "um"][:before]), core, *(["please", "thanks"][:after])])
    assert lexicon.screen([text]).risk == "urgent"


def test_a_long_message_is_read_in_time(lexicon: CompiledLexicon) -> None:
    """1,600 characters of danger words do not blow up the matcher."""
    assert lexicon.screen(["he has got a knife and he hit me " * 48]).risk == "urgent"


@pytest.mark.parametrize("before", [0, 900, 2000, 3300, 5200])
def test_the_whole_of_a_long_text_is_read(lexicon: CompiledLexicon, before: int) -> None:
    """Danger is found wherever it stands, however long the message."""
    text = "we need a cot. " * (before // 15) + "he has a knife to my throat" + ". thanks for the help" * 200
    assert lexicon.screen([text]).risk == "urgent"
    assert lexicon.understand(text).risk == "urgent"


@pytest.mark.parametrize(
    "text",
    ["she doesnt do drugs", "he did hit me", "but he does throw things at the wall next to me", "she is hitting me"],
)
def test_only_words_of_denial_deny(lexicon: CompiledLexicon, text: str) -> None:
    """ "does", "did" and "is" are no denial; "doesnt" is."""
    assert (lexicon.screen([text]).risk == "none") == ("doesnt" in text)
