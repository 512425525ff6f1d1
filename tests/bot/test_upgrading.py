"""Published content of an earlier version, in a service that has been updated since."""

import hashlib
import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from bot.content import Content, ContentFaults, compile_bundle, compile_content, read_content
from bot.content.upgrading import SCHEMA, upgraded
from bot.publishing import content as publishing
from bot.settings import ROOT
from bot.simulating import START
from bot.store import published
from bot.talking import Talk, real_assets
from flows.effects import EnrolOnEvent
from flows.safety_replies import STANDS_IN
from flows.texts import ENGINE_TEXTS
from tests.houses import Home

A, B = "+447700900451", "+447700900452"
SINCE = ("listing.", "safety.")  # texts that an older bundle is made to lack
OLD_PAUSE = {
    "flow": "pause",
    "title": "A break from texts",
    "nodes": {
        "until": {"ask": "Until {until_date}?", "kind": "until", "as": "until_date"},
        "keep": {"wish": "pause"},
        "done": {"say": "OK, until {until_date}."},
    },
}
OLD_TOLD = {
    "flow": "told",
    "title": "Something has happened",
    "nodes": {
        "keep": {"ask": "Shall we text you?", "as": "keep", "options": [{"label": "Yes", "value": "yes"}]},
        "yes-new-baby": {"enrol": "new-baby", "asked": "keep"},
        "fewer": {"wish": "less"},
        "all-again": {"wish": "back-on", "go": "flagged"},
        "flagged": {"flag": "not-reached"},
        "thanks": {"say": "Thank you."},
    },
}


def of_schema_1() -> str:
    """Today's content with flows as the first schema wrote them."""
    files = dict(read_content(ROOT / "content").files)
    files |= {"flows/pause.yaml": OLD_PAUSE, "flows/told.yaml": OLD_TOLD}
    return json.dumps({"schema": 1, "files": files}, ensure_ascii=False, separators=(",", ":"))


def test_what_a_bundle_of_the_first_schema_says_is_read_as_today() -> None:
    """Claim: pausing, flagging and enrolling name the answers that they took from their places then."""
    files = Content.from_json(of_schema_1()).files
    told = files["flows/told.yaml"]["nodes"]
    assert files["flows/pause.yaml"]["nodes"]["keep"] == {"pause": "until_date"}
    assert told["yes-new-baby"] == {"set": {"told_event": "new-baby"}, "go": "yes-new-baby-enrols"}
    assert told["yes-new-baby-enrols"] == {"enrol": "told_event", "asked": "keep"}
    assert told["fewer"] == {"note": "yes"}
    assert told["all-again"] == {"note": "yes", "go": "flagged"}
    assert told["flagged"] == {"flag": "given_listings"}
    assert "pause" in compile_content(Content(files)).flows


def test_a_yes_in_older_content_is_to_what_its_own_node_said() -> None:
    """Claim: a flow of any name that enrolled on one event goes on doing so, whatever was told last or nothing."""
    asking = {
        "flow": "moving",
        "title": "Moving",
        "keywords": ["moving"],
        "nodes": {
            "keep": {"ask": "Shall we text you?", "options": [{"label": "Yes", "value": "yes"}]},
            "yes": {"enrol": "house-move", "asked": "keep"},
            "thanks": {"say": "Thank you."},
        },
    }
    files = {**read_content(ROOT / "content").files, "flows/moving.yaml": asking}
    compiled = compile_bundle(Content.from_json(json.dumps({"schema": 1, "files": files})))
    talk = Talk.begin(compiled, real_assets(compiled), START, consent="given", first_contact=False)
    talk.hear("moving")
    assert ("house-move", "moving.keep") in [
        (effect.programme, effect.wording) for effect in talk.hear("yes") if isinstance(effect, EnrolOnEvent)
    ]


def without_doubt() -> str:
    """Today's content, and of news that only may be of a death its flow knows nothing."""
    files = dict(read_content(ROOT / "content").files)
    told = files["flows/told.yaml"]
    nodes = {name: node for name, node in told["nodes"].items() if name != "loss-perhaps"}
    cases = [case for case in nodes["which"]["branch"] if case["is"] != "loss-perhaps"]
    files["flows/told.yaml"] = {**told, "nodes": {**nodes, "which": {**nodes["which"], "branch": cases}}}
    return json.dumps({"schema": SCHEMA, "files": files}, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("of", [of_schema_1, without_doubt])
@pytest.mark.parametrize("words", ["i lost my girl", "my son died call me"])
def test_a_loss_is_never_answered_with_silence_on_older_content(home: Home, of: Callable[[], str], words: str) -> None:
    """Claim: on either database, content of before the answer to a loss in doubt gives the release's own; a talk that
    began on it is answered so after a later publication too."""
    updated(home, of())
    home.talk("MENU", sender=A)
    assert "read this by" in home.talk(words, sender=A)
    home.talk("MENU", sender=B)
    publishing.publish(home.house, publishing.read(home.house.settings), by="test")
    home.later(minutes=1)  # the council's own rate: what was spent comes back
    assert "read this by" in home.talk(words, sender=B)


def test_words_of_theirs_for_a_loss_in_doubt_stay() -> None:
    """Claim: a flow that looks for such news answers it itself."""
    files = dict(read_content(ROOT / "content").files)
    told = files["flows/told.yaml"]
    told["nodes"]["loss-perhaps"] = {"say": "Thank you for telling us that.", "go": "end"}
    assert Content.from_json(json.dumps({"schema": SCHEMA, "files": files})).files["flows/told.yaml"] == told


def test_a_rule_of_shape_that_came_later_does_not_take_what_is_live(home: Home) -> None:
    """Claim: flows that call each other in a round are refused to who would publish them, and served where they are
    live already."""
    files = dict(read_content(ROOT / "content").files)
    for name, other in (("ring", "rong"), ("rong", "ring")):
        files[f"flows/{name}.yaml"] = {"flow": name, "title": name, "nodes": {"on": {"call": other}}}
    with pytest.raises(ContentFaults, match="call each other"):
        publishing.publish(home.house, Content(files), by="test")
    updated(home, json.dumps({"schema": 1, "files": files}))
    assert "1." in home.talk("MENU", sender=A)


def test_what_is_as_it_should_be_is_left_alone() -> None:
    """Claim: today's content is the same through its JSON, and nothing in it is changed by being read."""
    content = read_content(ROOT / "content")
    assert Content.from_json(content.to_json()).files == content.files
    assert upgraded(SCHEMA, content.files) is content.files
    assert json.loads(content.to_json())["schema"] == SCHEMA


def before_these_texts() -> str:
    """Today's content as a bundle of before the words for places and for danger, and of before a line they name."""
    files = dict(read_content(ROOT / "content").files)
    for name in ("wording/messages.yaml", "wording/safety.yaml"):
        files[name] = {text: words for text, words in files[name].items() if not text.startswith(SINCE)}
    files["wording/helplines.yaml"] = {k: v for k, v in files["wording/helplines.yaml"].items() if k != "samaritans"}
    files["wording/messages.yaml"]["help"] = "Text MENU for the menu."
    return json.dumps({"schema": SCHEMA, "files": files}, ensure_ascii=False, separators=(",", ":"))


def test_a_text_that_came_later_is_said_in_the_words_of_the_release() -> None:
    """Claim: a bundle of before a text of the engine has it, with the helpline it names; its own words stay."""
    now, old = read_content(ROOT / "content"), json.loads(before_these_texts())
    assert "listing.open-until" not in old["files"]["wording/messages.yaml"]
    with pytest.raises(ContentFaults, match="is needed and is missing"):
        compile_content(Content(old["files"]))
    wording = compile_content(Content.from_json(before_these_texts())).wording
    was = compile_content(now).wording
    assert {text for text in ENGINE_TEXTS if wording.texts[text] != was.texts[text]} == {"help"}
    assert wording.texts["help"] == "Text MENU for the menu."
    assert wording.shared["samaritans"] == was.shared["samaritans"]


def test_a_general_reply_of_theirs_stands_in_before_a_closer_one_of_ours() -> None:
    """Claim: where an older bundle's general reply stands in for a closer one, it goes on standing in."""
    files = dict(read_content(ROOT / "content").files)
    closer, general = next(iter(STANDS_IN.items()))
    files["wording/safety.yaml"] = {
        text: words for text, words in files["wording/safety.yaml"].items() if text != closer
    }
    old = json.dumps({"schema": SCHEMA, "files": files})
    texts = compile_content(Content.from_json(old)).wording.texts
    assert texts[closer] == texts[general]


@pytest.mark.parametrize("schema", [0, SCHEMA + 1, None, "1", True])
def test_a_schema_nobody_knows_is_never_guessed_at(schema: object) -> None:
    """Claim: content of a newer version, or of none, is refused by name."""
    with pytest.raises(ValueError, match="content schema"):
        Content.from_json(json.dumps({"schema": schema, "files": {}}))


def updated(home: Home, old: str) -> None:
    """What is live is `old`, and this process starts now, as after an update of the service."""
    with home.house.db.write() as tx:
        tx.execute(sa.update(published.bundle).values(content=old, digest=hashlib.sha256(old.encode()).hexdigest()))
        published.bump(tx, "content")
    home.house.live._snapshot = None


def test_a_service_that_was_updated_says_what_its_content_lacks(home: Home) -> None:
    """Claim: on either database, what is live answers a family with the hours of a place, and danger with its reply."""
    updated(home, before_these_texts())
    assert "Open today until" in home.talk("stay and play for my toddler SW15 2TS", sender=A)
    assert "999" in home.talk("he has a knife hes outside", sender=A)


def test_a_service_that_was_updated_goes_on_with_what_was_live(home: Home) -> None:
    """Claim: on either database, what an earlier version published is served; a talk that began on it goes on by its
    structure; it can be gone back to, as what it was."""
    old = of_schema_1()
    updated(home, old)
    home.talk("MENU", sender=A)
    assert "Until " in home.talk("PAUSE", sender=A)
    done = publishing.publish(home.house, publishing.read(home.house.settings), by="test")
    assert (done.fresh, [(w.flow, w.node) for w in done.waiting]) == (True, [("pause", "until")])
    assert "OK" in home.talk("till 1 march", sender=A)
    assert publishing.rollback(home.house).restored == 1
    with home.house.db.read() as tx:
        newest = published.newest_bundle(tx)
        assert newest is not None
        assert published.bundle_content(tx, newest[0]) == old
    with pytest.raises(publishing.NoSuchBundle):
        publishing.rollback(home.house)
