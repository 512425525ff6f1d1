"""Read a telephone number as people and carriers write it, and say whether a text can reach it.

Ranges are those of `phonenumbers` (Google's libphonenumber), with one exception of ours: Ofcom keeps 07700 900000 to
900999 for drama and calls them unallocated, and every sample family has one.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

Kind = Literal["mobile", "landline", "premium", "pager", "foreign", "shortcode", "alphanumeric", "invalid"]

# Why each kind but a mobile is not texted, as the desk shows it.
NOT_TEXTED: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "landline": "A landline: a text would be read aloud to whoever answers. Telephone instead",
        "premium": "A number that costs extra to ring: we do not text it. Find another number",
        "pager": "A pager: it takes no text from us. Find another number",
        "foreign": "A number from abroad: we text UK mobiles alone. Telephone instead",
        "shortcode": "A short code: it sends and cannot be answered",
        "alphanumeric": "A name in place of a number: it sends and cannot be answered",
        "invalid": "Not a number that can be texted. Find another number",
    }
)

_UK: Final = 44
_LONGEST_READ: Final = 60  # no written number is longer; keeps a pasted page out of the parser
_DRAMA: Final = re.compile(r"7700900\d{3}")
# UK short codes have five to eight digits; networks' own service senders have three or four.
_SHORTCODE: Final = re.compile(r"[1-9]\d{2,7}")
# Twilio's alphanumeric sender: at most eleven letters, digits, spaces and + - _ &, one of them a letter.
_ALPHANUMERIC: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}")
_UK_KINDS: Final[Mapping[int, Kind]] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "premium",
}
_LETTER: Final = re.compile(r"[^\W\d_]")

# Where a UK number can begin in a sentence: never inside another number or word. Without 0 or 44 in front, ten digits
# could be anything (an NHS number, a reference).
_START: Final = re.compile(r"(?<![\w+])(?:\+\s?44|0044|44)[\s.-]*(?:\(0\)|0(?=\d))?|(?<![\w+])\(?0\s?(?=[1-9])")
_DIGIT_THEN_GAP: Final = re.compile(r"(\d)[\s().\u2010-\u2015-]{0,3}")
_NATIONAL_DIGITS: Final = (10, 9)  # without the leading zero; a few older area codes have nine


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """`e164` is null where the text is no telephone number: a short code, a name, nothing readable."""

    e164: str | None
    kind: Kind


def read_phone(text: str) -> Phone:
    """One address as a carrier or a form gives it: a whole field, never a sentence. Never raises.

    `landline` is every UK number that rings and takes no text: geographic, 03, freephone, personal (070), internet;
    `premium` one whose ringing costs extra (09, 084, 087). Jersey, Guernsey and the Isle of Man have ranges in the UK's
    numbering plan (Ofcom, "National Telephone Numbering Plan") and count as the UK.
    """
    given = unicodedata.normalize("NFKC", text).strip()
    if not given or len(given) > _LONGEST_READ:
        return Phone(e164=None, kind="invalid")
    if _LETTER.search(given):
        # The parser would read letters as keypad digits, so "07700 TAXI" would become somebody's number.
        named = _ALPHANUMERIC.fullmatch(given) is not None
        return Phone(e164=None, kind="alphanumeric" if named else "invalid")
    if _SHORTCODE.fullmatch(given):
        return Phone(e164=None, kind="shortcode")
    try:
        number = phonenumbers.parse(given, "GB")
    except phonenumbers.NumberParseException:
        return Phone(e164=None, kind="invalid")
    kind = _kind(number)
    if kind == "invalid":
        return Phone(e164=None, kind="invalid")
    return Phone(e164=phonenumbers.format_number(number, PhoneNumberFormat.E164), kind=kind)


def textable(phone: Phone) -> bool:
    """True for UK mobiles alone: a text to a landline is read aloud to whoever answers, and one abroad costs more."""
    return phone.kind == "mobile"


def read_mobile(text: str) -> str | None:
    """A number that is texted, as a sheet's cell or a form's field has it, E.164; None for everything else."""
    phone = read_phone(text)
    return phone.e164 if textable(phone) else None


def not_texted(phone: Phone) -> str | None:
    """Why no text goes to it, for staff; None for a number that is texted."""
    return None if textable(phone) else NOT_TEXTED[phone.kind]


def one_way(phone: Phone) -> bool:
    """True for a sender that cannot be answered: no conversation starts with one."""
    return phone.kind in {"alphanumeric", "shortcode"}


def find_phone(text: str) -> str | None:
    """The first UK mobile or landline within a sentence, E.164 ("+447700900123"), or None.

    It must begin with 0, 44, 0044 or +44, as people write their own number.
    """
    folded = unicodedata.normalize("NFKC", text)
    for start in _START.finditer(folded):
        for national in _national_numbers(folded, start.end()):
            phone = read_phone(f"+44{national}")
            if phone.kind in {"mobile", "landline"}:
                return phone.e164
    return None


def for_reading(e164: str) -> str:
    """A number as people in the UK read it: "07700 900123"; one from abroad keeps its country ("+33 6 12 ...").

    Text that is no number comes back as it is.
    """
    try:
        number = phonenumbers.parse(e164, "GB")
    except phonenumbers.NumberParseException:
        return e164
    home = number.country_code == _UK
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)


def _kind(number: PhoneNumber) -> Kind:
    if number.country_code == _UK and _DRAMA.fullmatch(str(number.national_number)):
        return "mobile"
    if not phonenumbers.is_valid_number(number):
        return "invalid"
    if number.country_code != _UK:
        return "foreign"
    return _UK_KINDS.get(phonenumbers.number_type(number), "landline")


def _national_numbers(text: str, start: int) -> list[str]:
    """The digits after the prefix, in the lengths a UK number has, longest first; none that ends inside a number."""
    digits, position = "", start
    found: list[str] = []
    while len(digits) < max(_NATIONAL_DIGITS) and (match := _DIGIT_THEN_GAP.match(text, position)):
        digits += match[1]
        position = match.end()
        ends_here = not text[match.start() + 1 : match.start() + 2].isdigit()
        if ends_here and len(digits) in _NATIONAL_DIGITS:
            found.insert(0, digits)
    return found
