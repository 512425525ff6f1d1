"""The letter that holds a private link: a line of subject, then plain text. It names no family."""

from datetime import date


def letter(*, service: str, council: str, organisation: str, reminder: int, due: int, address: str, until: date) -> str:
    """`reminder` 0 is the first letter, 3 the last; `due` entries nobody has checked for too long."""
    subject = f"Please check what {service} says about {organisation}"
    if reminder:
        subject = f"Reminder {reminder} of 3: {subject[0].lower()}{subject[1:]}"
    last = (
        "This is the last reminder. Unless somebody answers within a week, your entries are shown after all others.\n\n"
        if reminder == 3
        else ""
    )
    many = "One entry needs" if due == 1 else f"{due} entries need"
    why = f"{many} a look: nobody has confirmed it for some time.\n\n" if due else ""
    return (
        f"{subject}\n"
        f"{council} tells families about {organisation}, by text and on the web, through {service}.\n\n"
        f"{why}{last}"
        "This link opens your entries. Press one button where an entry is right, or correct it. You need no account:\n"
        "\n"
        f"{address}\n\n"
        f"The link is for {organisation} alone and works until {until.day} {until:%B %Y}. Whoever has it can change "
        "your entries, so please pass it on only to a colleague who keeps them.\n"
    )
