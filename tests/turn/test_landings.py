"""Content changes beneath people who wait: they finish as they began, or go on where an author says; both databases."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from bot.content import Content, compile_content, read_content
from bot.publishing import content as publishing
from bot.publishing.landing import LandingFaults, check, read_landings
from bot.settings import ROOT
from bot.store import conversations, published
from bot.turn.waiting import Waiting
from flows.session import Frame, Session
from tests.houses import AMPLE, Home, at_rate

A, B = "+447700900441", "+447700900442"
Files = dict[str, Any]


def changed(home: Home, change: Callable[[Files], None]) -> Content:
    """The content as it is in the folder, changed."""
    content = at_rate(publishing.read(home.house.settings), AMPLE)
    files = {name: _copy(held) for name, held in content.files.items()}
    change(files)
    return Content(files)


def _copy(held: Any) -> Any:
    if isinstance(held, dict):
        return {key: _copy(value) for key, value in held.items()}
    return [_copy(value) for value in held] if isinstance(held, list) else held


def renamed(old: str, new: str, flow: str = "refer") -> Callable[[Files], None]:
    """A node of another name in the same place, every way to it, and no way to the old one."""

    def change(files: Files) -> None:
        nodes = files[f"flows/{flow}.yaml"]["nodes"]
        files[f"flows/{flow}.yaml"]["nodes"] = {new if name == old else name: node for name, node in nodes.items()}
        for node in nodes.values():
            for way in (node, *node.get("options", ()), *node.get("branch", ())):
                if isinstance(way, dict) and way.get("go") == old:
                    way["go"] = new

    return change


def session_of(home: Home, sender: str) -> Session:
    with home.house.db.read() as tx:
        stored = conversations.load_session(tx, home.address(sender).id)
    assert stored is not None
    session = Session.from_json(stored[0])
    assert session.bundle == stored[1]
    return session


def at_would_help(home: Home, sender: str) -> None:
    home.text("REFER", sender=sender)
    home.text("he is kind", sender=sender)
    home.text("he hardly talks", sender=sender)
    home.send()


def test_people_at_a_removed_place_go_on_where_the_landing_says(home: Home) -> None:
    """Claim: two wait at a question that is renamed; with a landing they answer the new one, on the new content, and
    what they had told is kept."""
    at_would_help(home, A)
    at_would_help(home, B)
    done = publishing.publish(
        home.house, changed(home, renamed("would-help", "what-helps")), by="test",
        landings=read_landings(["refer.would-help=refer.what-helps"]),
    )  # fmt: skip
    assert done.waiting == (
        Waiting(flow="refer", node="would-help", people=2, change="removed", lands="refer.what-helps"),
    )
    for sender in (A, B):
        session = session_of(home, sender)
        assert session.bundle == done.bundle_id
        assert session.top is not None
        assert (session.top.flow, session.top.node) == ("refer", "what-helps")
        assert session.answers["going_well"] == "he is kind"
    assert "0 to 10" in home.talk("a speech group", sender=A)
    assert session_of(home, A).answers["what_helps"] == "a speech group"
    assert ("content.landing", f"bundle:{done.bundle_id}") in [(what, of) for what, of, _ in home.audited()]


def test_without_a_landing_they_finish_as_they_began(home: Home) -> None:
    """Claim: told as staying, and the very next answer is taken by the question they were asked."""
    at_would_help(home, A)
    done = publishing.publish(home.house, changed(home, renamed("would-help", "what-helps")), by="test")
    assert [(w.people, w.change, w.lands) for w in done.waiting] == [(1, "removed", "")]
    assert session_of(home, A).bundle == done.bundle_id - 1
    assert "0 to 10" in home.talk("a speech group", sender=A)
    assert session_of(home, A).answers["would_help"] == "a speech group"


def test_a_landing_may_come_after_the_content(home: Home) -> None:
    """Claim: who stayed when it was published is moved by publishing the same content with a landing."""
    at_would_help(home, A)
    content = changed(home, renamed("would-help", "what-helps"))
    publishing.publish(home.house, content, by="test")
    landings = read_landings(["refer.would-help=refer.what-helps"])
    again = publishing.publish(home.house, content, by="test", landings=landings)
    assert (again.fresh, [w.lands for w in again.waiting]) == (False, ["refer.what-helps"])
    assert session_of(home, A).bundle == again.bundle_id


def test_who_stands_elsewhere_too_stays_whole(home: Home) -> None:
    """Claim: the flow that called theirs is gone as well: half a conversation is never moved."""
    home.text("MENU", sender=A)
    home.text("2", sender=A)
    home.text("he is kind", sender=A)
    home.text("he hardly talks", sender=A)
    assert [frame.flow for frame in session_of(home, A).stack] == ["menu", "refer"]

    def change(files: Files) -> None:
        renamed("would-help", "what-helps")(files)
        renamed("to-refer", "to-our-team", "menu")(files)

    landings = read_landings(["refer.would-help=refer.what-helps"])
    done = publishing.publish(home.house, changed(home, change), by="test", landings=landings)
    assert [(w.people, w.lands) for w in done.waiting] == [(1, "")]
    assert "0 to 10" in home.talk("a speech group", sender=A)


def test_looking_first_changes_nothing(home: Home) -> None:
    """Claim: the same account as publishing gives, and nothing is published and nobody moved."""
    at_would_help(home, A)
    content = changed(home, renamed("would-help", "what-helps"))
    landings = read_landings(["refer.would-help=refer.what-helps"])
    before = session_of(home, A)
    told = publishing.preview(home.house, content, landings)
    assert session_of(home, A) == before
    with home.house.db.read() as tx:
        assert len(published.all_bundles(tx)) == 1
    assert publishing.publish(home.house, content, by="test", landings=landings).waiting == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("refer.would-help", "write it as flow.node=flow.node"),
        ("would-help=what-helps", "write it as flow.node=flow.node"),
        ("refer.wuold-help=refer.what-helps", "did you mean refer.would-help?"),
        ("refer.would-help=refer.what-help", "did you mean refer.what-helps?"),
        ("refer.would-help=refer.opening", "asks nothing"),
    ],
)
def test_a_landing_that_cannot_be_is_refused_and_nothing_is_published(home: Home, given: str, told: str) -> None:
    """Claim: each slip is told with what was probably meant; no bundle is made."""
    at_would_help(home, A)
    content = changed(home, renamed("would-help", "what-helps"))
    with pytest.raises(LandingFaults) as refused:
        publishing.publish(home.house, content, by="test", landings=read_landings([given]))
    assert told in str(refused.value)
    with home.house.db.read() as tx:
        assert len(published.all_bundles(tx)) == 1


def reordered(files: Files, flow: str = "menu", node: str = "choose") -> None:
    """The first two choices change places."""
    options = files[f"flows/{flow}.yaml"]["nodes"][node]["options"]
    options[:2] = reversed(options[:2])


def unmarked(files: Files) -> None:
    """When it is safe to call is asked, and no mark is made of it."""
    del files["flows/refer.yaml"]["nodes"]["safe-times"]["mark"]


def of_another(node: str, flow: str = "refer", **parts: Any) -> Callable[[Files], None]:
    """A question that is put otherwise, under its old name."""

    def change(files: Files) -> None:
        files[f"flows/{flow}.yaml"]["nodes"][node] |= parts

    return change


@pytest.mark.parametrize(
    ("change", "landing", "told"),
    [
        (reordered, "menu.choose=menu.choose", "the choices"),
        (of_another("would-help", kind="number"), "refer.would-help=refer.would-help", "the kind"),
        (of_another("would-help", optional="no"), "refer.would-help=refer.would-help", "whether it may be skipped"),
        (renamed("may-text", "may-we"), "refer.may-text=refer.may-we", "the consent"),
        (of_another("share-health", consent="text"), "refer.share-health=refer.share-health", "the consent"),
        (unmarked, "refer.safe-times=refer.safe-times", "the safety mark"),
    ],
)
def test_an_answer_that_would_be_misread_has_no_landing(
    home: Home, change: Callable[[Files], None], landing: str, told: str
) -> None:
    """Claim: a number that chose otherwise on the screen, or a yes to other words, is not carried over; what differs is
    said, and no bundle is made."""
    with pytest.raises(LandingFaults, match="would be misread") as refused:
        publishing.publish(home.house, changed(home, change), by="test", landings=read_landings([landing]))
    assert str(refused.value).endswith(told)
    with home.house.db.read() as tx:
        assert len(published.all_bundles(tx)) == 1


def test_who_was_asked_in_other_words_stays_while_others_land(home: Home) -> None:
    """Claim: of two at one place, the one who was shown other choices answers what was shown; the other is moved."""
    home.talk("MENU", sender=A)
    publishing.publish(home.house, changed(home, reordered), by="test")
    home.talk("MENU", sender=B)

    def change(files: Files) -> None:
        reordered(files)
        renamed("choose", "choose-now", "menu")(files)

    done = publishing.publish(
        home.house, changed(home, change), by="test", landings=read_landings(["menu.choose=menu.choose-now"])
    )
    assert [(w.people, w.lands) for w in done.waiting] == [(1, ""), (1, "menu.choose-now")]
    assert (session_of(home, A).bundle, session_of(home, B).bundle) == (1, done.bundle_id)


def test_an_older_question_that_would_be_misread_keeps_them_where_they_are(home: Home) -> None:
    """Claim: what they were asked before, and may still answer by number, is read by what they saw then."""
    home.talk("LANGUAGE", sender=A)
    at_would_help(home, A)
    assert ("language", "which") in [(asked.frame.flow, asked.frame.node) for asked in session_of(home, A).open]

    def change(files: Files) -> None:
        renamed("would-help", "what-helps")(files)
        reordered(files, "language", "which")

    landings = read_landings(["refer.would-help=refer.what-helps"])
    content = changed(home, change)
    assert [w.lands for w in publishing.preview(home.house, content, landings)] == [""]
    done = publishing.publish(home.house, content, by="test", landings=landings)
    assert [w.lands for w in done.waiting] == [""]
    assert session_of(home, A).bundle == 1


def test_where_nothing_was_asked_nobody_is_moved_to_a_question() -> None:
    """Claim: who waits for a time to pass, or stands in content that cannot be read, has read no question."""
    old = Frame(flow="human", node="pause")
    flows = compile_content(read_content(ROOT / "content")).flows
    with pytest.raises(LandingFaults, match=r"human\.pause asks nothing, so nobody there has read"):
        check(read_landings(["human.pause=menu.choose"]), flows, {old: []})


def test_a_family_that_writes_while_they_are_moved_loses_no_answer(home: Home) -> None:
    """Claim: answers and a landing at the same moment: each answer is kept under the old name or the new, and the
    conversation goes on from where it then stands."""
    senders = [f"+4477009005{n:02}" for n in range(8)]
    for sender in senders:
        at_would_help(home, sender)
    content = changed(home, renamed("would-help", "what-helps"))
    landings = read_landings(["refer.would-help=refer.what-helps"])
    begin = threading.Barrier(len(senders) + 1)
    faults: list[BaseException] = []

    def answers(sender: str) -> None:
        try:
            begin.wait()
            home.text("a speech group", sender=sender)
        except BaseException as fault:  # noqa: BLE001 - told by the test's own thread
            faults.append(fault)

    writing = [threading.Thread(target=answers, args=(sender,)) for sender in senders]
    for thread in writing:
        thread.start()
    begin.wait()
    publishing.publish(home.house, content, by="test", landings=landings)
    for thread in writing:
        thread.join()
    assert faults == []
    for sender in senders:
        session = session_of(home, sender)
        kept = [session.answers.get(name) for name in ("would_help", "what_helps")]
        assert "a speech group" in kept, (sender, session)
        assert session.top is not None
        assert session.top.node == "score"


def test_a_talk_on_old_content_says_the_newest_number(home: Home) -> None:
    """Claim: structure is pinned, and a helpline that changed is right in the next text of every conversation."""
    at_would_help(home, A)

    def change(files: Files) -> None:
        renamed("would-help", "what-helps")(files)
        for line in files["wording/helplines.yaml"].values():
            line["number"] = "0800 111 333"
        files["council.yaml"]["phone"] = "020 7946 0999"

    publishing.publish(home.house, changed(home, change), by="test")
    assert session_of(home, A).bundle == 1
    assert "0800 111 333" in home.talk("i want to kill myself", sender=A)
    assert session_of(home, A).bundle == 1
    assert "020 7946 0999" in home.talk("HELP", sender=A)


def test_a_rollback_goes_back_one_content_at_a_time(home: Home) -> None:
    """Claim: to what was live before, as a new bundle; again goes further back; people there are told of; the audit
    says who went back to what; when nothing is earlier, nothing happens."""
    first = changed(home, lambda _: None)
    second = changed(home, renamed("would-help", "what-helps"))
    third = changed(home, renamed("would-help", "helps"))
    assert publishing.publish(home.house, first, by="test").bundle_id == 1
    publishing.publish(home.house, second, by="test")
    publishing.publish(home.house, third, by="test")
    at_help = read_landings(["refer.helps=refer.what-helps"])
    at_would_help(home, A)
    done = publishing.rollback(home.house, landings=at_help)
    assert (done.bundle_id, done.restored) == (4, 2)
    assert [(w.node, w.lands) for w in done.waiting] == [("helps", "refer.what-helps")]
    again = publishing.rollback(home.house)
    assert (again.bundle_id, again.restored) == (5, 1)
    assert [w.node for w in again.waiting] == ["what-helps"]
    with pytest.raises(publishing.NoSuchBundle):
        publishing.rollback(home.house)
    with pytest.raises(publishing.NoSuchBundle):
        publishing.rollback(home.house, to=99)
    assert publishing.rollback(home.house, to=3).restored == 3
    assert ("content.publish", "bundle:4", "thrive rollback to bundle 2") in home.audited()
    home.text("REFER", sender=B)
    home.text("he is kind", sender=B)
    assert home.talk("he hardly talks", sender=B)
    top = session_of(home, B).top
    assert top is not None
    assert top.node == "helps"
