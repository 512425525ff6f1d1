"""A reply from the desk: sent once, never over the family's own words, as long as it says; the saved ones."""

import re
from html import unescape

from bot.casework.saved import saved_replies
from bot.content import Notes, read_document
from bot.settings import ROOT
from bot.store import addresses
from bot.turn import chat
from messages.sms import measure
from tests.houses import ON_SQLITE, Home
from tests.web.raising import KNIFE, events, raised, replies
from tests.web.worker import Worker


def test_a_reply_posted_twice_is_one_message(sam: Worker, home: Home) -> None:
    """Claim: the same form sent twice makes one outbox row, one event, and leads back to the case both times."""
    ref = raised(home)
    sam.act(ref, "claim")
    action = f"/desk/cases/{ref}/reply"
    form = {**sam.fields(f"/desk/cases/{ref}", action), "words": "On my way."}
    answers = [sam.client.post(action, data=form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert replies(home) == ["On my way."]
    assert events(home, ref).count("replied") == 1


def test_a_reply_that_crosses_with_the_family_s_words_is_kept_and_not_sent(sam: Worker, home: Home) -> None:
    """Claim: the family wrote while the worker wrote: 409, who changed it, the draft whole, and it can be sent then."""
    ref = raised(home)
    sam.act(ref, "claim")
    sam.act(ref, "reply", words="I am here.")
    action = f"/desk/cases/{ref}/reply"
    form = sam.fields(f"/desk/cases/{ref}", action)
    home.text("he has gone now")
    draft = 'Shall I ring?\n\n<b>"now"</b> & then'
    late = sam.client.post(action, data={**form, "words": draft})
    assert late.status_code == 409
    assert "The family wrote" in late.text
    box = re.search(r'<textarea[^>]*id="reply-words"[^>]*>\n(.*?)</textarea>', late.text, re.DOTALL)
    assert box is not None
    assert unescape(box[1]) == draft
    assert "he has gone now" in late.text
    assert replies(home) == ["I am here."]
    again = re.findall(r'name="version" value="(\d+)"', late.text)[0]
    assert sam.client.post(action, data={**form, "version": again, "words": draft}).status_code == 303
    assert replies(home) == ["I am here.", draft]


@ON_SQLITE
def test_a_draft_outlives_another_s_claim(sam: Worker, mina: Worker, home: Home) -> None:
    """Claim: where the reply form itself is gone, the words stand on the page to be copied."""
    ref = raised(home)
    sam.act(ref, "claim")
    action = f"/desk/cases/{ref}/reply"
    form = sam.fields(f"/desk/cases/{ref}", action)
    assert mina.act(ref, "claim").status_code == 303
    late = sam.client.post(action, data={**form, "words": "My long and careful draft."})
    assert late.status_code == 409
    assert "Mina Shah claimed this case" in unescape(late.text)
    assert "My long and careful draft." in late.text
    assert 'id="kept"' in late.text
    assert replies(home) == []


@ON_SQLITE
def test_a_phone_that_others_read_is_warned_of_before_a_reply(sam: Worker, home: Home) -> None:
    """Claim: watched, shared, not safe and safe times each stand beside the reply; the language is named."""
    ref = raised(home)
    sam.act(ref, "claim")
    with home.house.db.write() as tx:
        addresses.change_address(
            tx,
            home.address().id,
            watched=True,
            shared=True,
            safe="unsafe",
            safe_times="weekday mornings",
            language="pl",
        )
    page = sam.get(f"/desk/cases/{ref}").text
    for told in ("may be watched", "is shared", "not safe to text", "weekday mornings", "They use Polish"):
        assert told in page


@ON_SQLITE
def test_after_stop_there_is_no_reply_but_a_number(sam: Worker, home: Home) -> None:
    """Claim: the page says that they cannot be texted, offers no reply, and a reply posted anyway sends nothing."""
    ref = raised(home)
    sam.act(ref, "claim")
    action = f"/desk/cases/{ref}/reply"
    form = sam.fields(f"/desk/cases/{ref}", action)
    home.text("STOP")
    page = sam.get(f"/desk/cases/{ref}").text
    assert "they cannot be texted. Telephone" in page
    assert f'action="{action}"' not in page
    answer = sam.client.post(action, data={**form, "words": "Please answer"})
    assert answer.status_code in {400, 409}
    assert "Please answer" in answer.text
    assert replies(home) == []
    assert "Cannot be texted: telephone" in sam.get("/desk").text


@ON_SQLITE
def test_a_web_chat_is_answered_on_its_page_and_its_key_is_never_shown(sam: Worker, home: Home) -> None:
    """Claim: a chat has no number and no secret on the desk; a reply to it reaches the family's page."""
    token = "chat-token-" + "x" * 30
    home.text(KNIFE, kind="web", sender=token)
    home.send()
    ref = home.cases()[0].ref
    sam.act(ref, "claim")
    page = sam.get(f"/desk/cases/{ref}").text
    assert "They wrote by web chat" in page
    assert "No number is known" in page
    assert token not in page + sam.get("/desk").text
    sam.act(ref, "reply", words="Are you safe?")
    home.send()
    assert [b.text for b in chat.bubbles(home.house, token)][-1] == "Are you safe?"


@ON_SQLITE
def test_a_reply_s_price_is_counted_as_it_would_be_sent(sam: Worker, home: Home) -> None:
    """Claim: the counter tells characters, texts and encoding of the words after the tidying that sending does."""
    ref = raised(home)
    sam.act(ref, "claim")
    action = f"/desk/cases/{ref}/reply"
    token = sam.fields(f"/desk/cases/{ref}", action)["csrf_token"]

    def count(words: str) -> dict[str, object]:
        answer = sam.client.post("/desk/segments", data={"csrf_token": token, "words": words})
        assert answer.json is not None
        return dict(answer.json)

    assert count("a" * 160) == {"characters": 160, "segments": 1, "encoding": "GSM-7"}
    assert count("a" * 161)["segments"] == 2
    assert count("it\u2019s fine")["encoding"] == "GSM-7"
    assert count("well \U0001f600") == {"characters": 6, "segments": 1, "encoding": "UCS-2"}


def test_a_saved_reply_fills_the_box(sam: Worker, home: Home) -> None:
    """Claim: each saved reply can be chosen, its values filled in; without JavaScript an address fills the box."""
    ref = raised(home)
    unclaimed = sam.get(f"/desk/cases/{ref}?reply=no-answer").text
    assert 'id="saved"' not in unclaimed
    assert "What you wrote, not sent" not in unclaimed
    sam.act(ref, "claim")
    page = sam.get(f"/desk/cases/{ref}").text
    told = {reply.id: reply for reply in saved_replies(home.house)}
    assert re.findall(r'<option value="([a-z-]+)" data-words=', page) == list(told)
    assert "{phone}" not in page
    filled = sam.get(f"/desk/cases/{ref}?reply=no-answer").text
    box = re.search(r'id="reply-words".*?>\n(.*?)</textarea>', filled, re.DOTALL)
    assert box is not None
    assert unescape(box[1]) == told["no-answer"].text
    assert "020 7946 0110" in box[1]
    assert sam.get(f"/desk/cases/{ref}?reply=nonsense").status_code == 200


def test_a_reply_that_still_holds_a_blank_is_not_sent(sam: Worker, home: Home) -> None:
    """Claim: what a saved reply left blank is told by name and the words come back; brackets of their own may go."""
    ref = raised(home)
    sam.act(ref, "claim")
    hello = next(reply.text for reply in saved_replies(home.house) if reply.id == "will-call")
    refused = sam.act(ref, "reply", words=hello)
    assert refused.status_code == 400
    assert "Fill in what is still blank: [day], [time]." in refused.text
    assert "I will call you on [day]" in refused.text
    assert replies(home) == []
    assert sam.act(ref, "reply", words="Bring the form [the blue one].").status_code == 303
    assert len(replies(home)) == 1


def test_every_saved_reply_fits_two_texts() -> None:
    """Claim: plain characters, two texts at most, and an id and a title of its own."""
    raw = read_document(ROOT / "content/replies/general.yaml", "general.yaml", Notes())
    assert all(measure(reply["text"]).segments <= 2 for reply in raw)
    assert all(measure(reply["text"]).encoding == "GSM-7" for reply in raw)
    assert len({reply["id"] for reply in raw}) == len({reply["title"] for reply in raw}) == len(raw)
