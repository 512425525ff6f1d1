"""A self-referral on the desk for tests, and the forms of its pathway's steps."""

import re

from bot.store import casework
from tests.houses import Home
from tests.web.raising import case_of
from tests.web.standing import a_case
from tests.web.worker import Worker

TRIAGE = {
    "step": "triaged", "level": "level-2", "check-gp": "yes", "check-dentist": "no", "check-school": "not-known",
    "check-health-visitor": "not-theirs", "words": "Sleep and meals",
}  # fmt: skip
ASSIGN = {"step": "assigned", "team": "North", "lead": "Ivy Grant"}
SECURED = {"step": "help-secured", "words": "A sleep course at the family hub"}
ENGAGED = {"step": "engaged", "words": "Came to the first two meetings"}
REVIEW = {"step": "reviewed", "words": "He sleeps through"}
PASSED = {"step": "passed", "words": "A bruise that nobody explains; the mother knows"}
ENDING = {"outcome": "early-help-secured", "words": "All is well now", "offer": "early-help",
          "recorded_ref": "EH-10032", "recorded_by": "Sam Okoro"}  # fmt: skip


FAMILY = "+447700900001"


def a_referral(
    home: Home, name: str = "Ana", *, answers: str = "{}", how: str = "full", shared_with: str = "", **values: object
) -> str:  # fmt: skip
    """A self-referral on the desk; its reference."""
    ref = a_case(home, name, **{"kind": "referral", "reason": "referral-full", **values})  # type: ignore[arg-type]
    with home.house.db.write() as tx:
        casework.add_referral(tx, case_id=case_of(home, ref).id, how=how, answers=answers, shared_with=shared_with)
    return ref


def step(worker: Worker, ref: str, given: dict[str, str]) -> int:
    """The form of a step, found by its link where it is not the next, filled and sent; the answer's status."""
    page, action = f"/desk/cases/{ref}?step={given['step']}", f"/desk/cases/{ref}/pathway"
    return worker.client.post(action, data={**worker.fields(page, action), **given}).status_code


def section(worker: Worker, ref: str) -> str:
    """The words of the pathway's section."""
    page = worker.get(f"/desk/cases/{ref}").text
    part = page[page.index('<section class="desk-pathway"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", part[: part.index("</section>")]).split())
