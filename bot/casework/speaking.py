"""Who is speaking in a case: what the service heard, put right by the worker who spoke with them."""

from bot.casework.said import SPEAKERS
from bot.casework.work import Form, NotYet, locked_case, record, swap
from bot.house import House


def say(house: House, form: Form, speaker: str) -> None:
    """Keep who it is that speaks, one of SPEAKERS; what is heard later does not change it. Raises Stale and NotYet."""
    if speaker not in SPEAKERS:
        raise NotYet("Choose who is speaking.")
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        if case.speaker == speaker:
            return
        swap(tx, case, form, speaker=speaker)
        record(tx, case, form, now, "speaker", detail=speaker)
