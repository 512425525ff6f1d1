"""Numbers are read as people write them, and only UK mobiles are texted."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from messages.addresses import NOT_TEXTED, find_phone, for_reading, not_texted, one_way, read_phone, textable

UK = {"GB", "GG", "IM", "JE"}  # the regions of +44
SEPARATORS = st.sampled_from(["", " ", "-", ".", "  "])


@pytest.mark.parametrize(
    "written",
    [
        "07911 123456",
        "07911123456",
        "+447911123456",
        "+44 7911 123456",
        "+44 (0)7911 123456",
        "00447911123456",
        "447911123456",
        "7911123456",  # a spreadsheet ate the zero
        " 07911-123-456 ",
        "\uff10\uff17\uff19\uff11\uff11\uff11\uff12\uff13\uff14\uff15\uff16",
    ],
)
def test_one_mobile_however_written(written: str) -> None:
    """Every usual way to write a UK mobile is the same number."""
    phone = read_phone(written)
    assert (phone.e164, phone.kind) == ("+447911123456", "mobile")
    assert textable(phone)


@given(st.integers(min_value=900000, max_value=900999), st.sampled_from(["07700 {}", "+447700{}", "00447700{}"]))
def test_drama_numbers_are_mobiles(last_six: int, written: str) -> None:
    """Ofcom's drama numbers, which the library calls invalid, count as mobiles."""
    phone = read_phone(written.format(last_six))
    assert (phone.e164, phone.kind) == (f"+447700{last_six}", "mobile")
    assert textable(phone)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("020 7946 0018", "landline"),
        ("0300 123 1234", "landline"),
        ("0800 1111", "landline"),
        ("070 0000 0000", "landline"),
        ("01534 123456", "landline"),  # Jersey
        ("0909 879 0000", "premium"),
        ("0871 234 5678", "premium"),
        ("07640 123456", "pager"),
        ("+33 6 12 34 56 78", "foreign"),
        ("+1 415 555 2671", "foreign"),
        ("61234", "shortcode"),
        ("60777", "shortcode"),
        ("Wandsworth", "alphanumeric"),
        ("NHS-NoReply", "alphanumeric"),
        ("07700 TAXI", "alphanumeric"),
        ("a name that is too long", "invalid"),
        ("whatsapp:+447911123456", "invalid"),
        ("", "invalid"),
        ("+", "invalid"),
        ("0", "invalid"),
        ("07700 900", "invalid"),
        ("07700 901000", "invalid"),
        ("7" * 500, "invalid"),
    ],
)
def test_only_uk_mobiles_are_textable(written: str, kind: str) -> None:
    """Each other kind is told apart and none of them is texted."""
    phone = read_phone(written)
    assert phone.kind == kind
    assert not textable(phone)
    assert not_texted(phone) == NOT_TEXTED[phone.kind]
    assert (phone.e164 is None) == (kind in {"shortcode", "alphanumeric", "invalid"})


def test_senders_that_cannot_be_answered() -> None:
    """A name or a short code is one-way; a landline is not (a person can ring it)."""
    assert one_way(read_phone("Council"))
    assert one_way(read_phone("60777"))
    assert not one_way(read_phone("020 7946 0018"))


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("call me on 07700 900123 after 3, I have 2 kids", "+447700900123"),
        ("07700 900123 2 children", "+447700900123"),
        ("my number is +44 7700 900 123.", "+447700900123"),
        ("+44(0)7700900123", "+447700900123"),
        ("its 447700900123 ok", "+447700900123"),
        ("0 7700 900123", "+447700900123"),
        ("ring (020) 7946 0018 or 07700900555", "+442079460018"),
        ("mine is 07000 or 07700900555", "+447700900555"),
        ("07700-900-123", "+447700900123"),
        ("07700900123456", None),
        ("NHS number 485 777 3456", None),
        ("SW18 2PU, 4yr old", None),
        ("he is 3 and she is 10", None),
        ("+33612345678", None),
        ("", None),
    ],
)
def test_a_number_within_a_sentence(sentence: str, found: str | None) -> None:
    """The first UK number said is found; other digits are not taken for one."""
    assert find_phone(sentence) == found


@given(st.text(max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    """Reading never raises, and only a read number carries E.164."""
    phone = read_phone(text)
    assert phone.e164 is None or phone.e164.startswith("+")
    found = find_phone(text)
    assert found is None or read_phone(found).kind in {"mobile", "landline"}


def test_numbers_are_shown_as_people_read_them() -> None:
    """A UK number loses its country code on the desk; one from abroad keeps it; anything else is left alone."""
    assert for_reading("+447700900123") == "07700 900123"
    assert for_reading("+33612345678") == "+33 6 12 34 56 78"
    assert for_reading("Council") == "Council"


@pytest.mark.parametrize("written", ["07797 712345", "07781 123456", "07624 123456", "07911 123456", "07937 123456"])
def test_the_islands_mobiles_are_texted_as_the_numbering_plan_has_them(written: str) -> None:
    """Jersey, Guernsey and the Isle of Man have mobile ranges within 07, 07624 within the pagers' own."""
    phone = read_phone(written)
    assert phone.kind == "mobile"
    assert not_texted(phone) is None


@given(st.integers(min_value=10**9, max_value=10**10 - 1), SEPARATORS, st.sampled_from(["0", "+44", "0044", "+44 (0)"]))
def test_a_uk_number_is_texted_where_the_plan_says_mobile(national: int, gap: str, prefix: str) -> None:
    """Whatever the ten digits and however they are parted: a mobile in the numbering plan, or a drama number, is
    texted; everything else is refused with its reason."""
    digits = str(national)
    phone = read_phone(f"{prefix}{gap}{digits[:4]}{gap}{digits[4:]}")
    number = phonenumbers.parse(f"+44{digits}")
    plan = phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    assert textable(phone) == (plan or digits.startswith("7700900"))
    assert (not_texted(phone) is None) == textable(phone)
    if textable(phone):
        assert phone.e164 == f"+44{digits}"


@given(st.sampled_from([0, 1]), st.integers(min_value=0, max_value=10**8 - 1), SEPARATORS)
def test_every_07_number_keeps_its_kind_however_it_is_written(ninth: int, rest: int, gap: str) -> None:
    """Most of the plan's 07 is mobile: many of these are, and each way of writing one reads as the same."""
    digits = f"7{7 + ninth}{rest:08d}"
    ways = [f"0{digits}", f"+44{digits}", f"0044{digits}", f"0{digits[:4]}{gap}{digits[4:7]}{gap}{digits[7:]}"]
    assert len({read_phone(way) for way in ways}) == 1


def of_the_plan(region: str, kind: int) -> phonenumbers.PhoneNumber | None:
    """The library's example of a number of this type there, where there is one that is of this type alone."""
    example = phonenumbers.example_number_for_type(region, kind)
    return example if example is not None and phonenumbers.number_type(example) == kind else None


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS - UK - {"TA"}))  # Tristan da Cunha has none
def test_a_mobile_of_any_other_country_is_refused(region: str) -> None:
    """Foreign numbers of every country that the library knows: read, never texted, and staff are told why."""
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    assert example is not None
    phone = read_phone(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164))
    assert phone.kind == "foreign"
    assert not_texted(phone) == NOT_TEXTED["foreign"]


NO_MOBILES = ("FIXED_LINE", "TOLL_FREE", "PREMIUM_RATE", "VOIP", "PERSONAL_NUMBER", "PAGER", "UAN")


@pytest.mark.parametrize("kind", NO_MOBILES)
def test_no_other_type_of_uk_number_is_texted(kind: str) -> None:
    """Each type of the numbering plan that is no mobile: refused with a reason in plain words."""
    examples = [of_the_plan(region, getattr(PhoneNumberType, kind)) for region in sorted(UK)]
    numbers = [f"+44{example.national_number}" for example in examples if example is not None]
    assert numbers
    for number in numbers:
        assert not_texted(read_phone(number)) in NOT_TEXTED.values()


def test_those_are_all_the_types_that_the_plan_has() -> None:
    """The library knows more types of numbers than these and mobiles; in the UK nothing is of any of them."""
    has = {
        PhoneNumberType.to_string(kind)
        for kind in PhoneNumberType.values()
        if any(of_the_plan(region, kind) for region in UK)
    }
    assert has == {*NO_MOBILES, "MOBILE"}


def test_nobody_is_asked_to_ring_a_number_that_costs_extra() -> None:
    """A premium number or a pager said in a sentence is no number to call them back on."""
    assert find_phone("ring me on 0909 879 0000") is None
    assert find_phone("0871 234 5678 or 07700900555") == "+447700900555"
