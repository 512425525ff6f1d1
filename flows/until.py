"""Until when a family wants no texts, read from their own words in nine languages: "till september", "2 semaines".

What cannot be read is None, and the family is asked with choices. What is read is said back to them as a date.
"""

import calendar
import re
from collections.abc import Mapping
from datetime import date, timedelta

from flows.understanding.words import fold
from flows.vocabulary import LESS, places

MOST_DAYS = 400  # "till next summer" is a pause; two years of silence is STOP
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def _word_set(text: str) -> frozenset[str]:
    return frozenset(map(fold, text.split()))


def _folded(names: Mapping[str, int]) -> Mapping[str, int]:
    return {fold(name): place for name, place in names.items()}


# English, Polish, Portuguese, Spanish, Somali, Arabic, Urdu, French, Italian; as they stand after "until".
_MONTHS = _folded(
    places(
        "january jan styczeń stycznia janeiro enero jannaayo janaayo janaayo يناير جنوری janvier gennaio"
        "|february feb luty lutego fevereiro febrero febraayo فبراير فروری février febbraio"
        "|march mar marzec marca março marzo maarso مارس مارچ mars"
        "|april apr kwiecień kwietnia abril abriil أبريل ابريل اپریل avril aprile"
        "|may maj maja maio mayo maajo مايو مئی mai maggio"
        "|june jun czerwiec czerwca junho junio juun يونيو جون juin giugno"
        "|july jul lipiec lipca julho julio luuliyo يوليو جولائی juillet luglio"
        "|august aug sierpień sierpnia agosto ogosto agoosto أغسطس اغسطس اگست août"
        "|september sept sep wrzesień września setembro septiembre setiembre sebtembar سبتمبر ستمبر septembre settembre"
        "|october oct październik października outubro octubre oktoobar أكتوبر اكتوبر اکتوبر octobre ottobre"
        "|november nov listopad listopada novembro noviembre nofembar نوفمبر نومبر novembre"
        "|december dec grudzień grudnia dezembro diciembre disembar ديسمبر دسمبر décembre dicembre"
    )
)
_WEEKDAYS = _folded(
    places(
        "monday mon poniedziałku poniedziałek segunda lunes isniin isniinta الاثنين پیر lundi lunedì"
        "|tuesday tues tue wtorku wtorek terça martes talaado talaadada الثلاثاء منگل mardi martedì"
        "|wednesday weds wed środy środa quarta miércoles arbaco arbacada الأربعاء بدھ mercredi mercoledì"
        "|thursday thurs thu czwartku czwartek quinta jueves khamiis khamiista الخميس جمعرات jeudi giovedì"
        "|friday fri piątku piątek sexta viernes jimce jimcaha الجمعة جمعہ vendredi venerdì"
        "|saturday sat soboty sobota sábado sabti sabtida السبت ہفتہ samedi sabato"
        "|sunday sun niedzieli niedziela domingo axad axadda الأحد اتوار dimanche domenica",
        0,
    )
)
_NUMBERS = _folded(
    places(
        "a an one 1 par chaque jeden um uma un una uno hal واحد ایک ek une"
        "|two couple dwa dwie dois duas dos laba اثنين دو deux due|three trzy três tres saddex ثلاثة ثلاث تین teen"
        " trois tre|four cztery quatro cuatro afar أربعة أربع چار quatre quattro|five pięć cinco shan خمسة خمس پانچ"
        " cinq cinque"
        "|six sześć seis lix ستة ست چھ sei|seven siedem sete siete"
        " toddoba سبعة سات sept sette|eight osiem oito ocho siddeed ثمانية آٹھ huit otto"
    )
)
# Days of each; what means two of it by its form (an Arabic dual, a fortnight) stands with its own days.
_UNITS: Mapping[str, tuple[str, int]] = {
    fold(word): (kind, count)
    for kind, count, words in (
        ("day", 1, "day dzień dia día maalin يوم دن jour giorno"),
        ("day", 0, "days dni dias días maalmood أيام ايام jours giorni"),
        ("day", 2, "يومين"),
        ("week", 1, "week wk tydzień semana usbuuc toddobaad أسبوع اسبوع ہفتہ ہفتے hafta hafte semaine settimana"),
        ("week", 1, "usbuucii toddobaadkii"),
        ("week", 0, "weeks wks tygodnie tygodni semanas toddobaadyo أسابيع اسابيع semaines settimane"),
        ("week", 2, "fortnight quincena أسبوعين اسبوعين"),
        ("month", 1, "month mth miesiąc mês mes bil bishii شهر ماہ مہینہ مہینے mahina mahine mese"),
        ("month", 0, "months mths miesiące miesięcy meses bilood أشهر شهور mois mesi"),
        ("month", 2, "شهرين"),
        ("year", 1, "year rok ano año sanad سنة سال an année anno"),
        ("year", 0, "years"),
    )
    for word in words.split()
}
_NEXT = _word_set(
    "next przyszłego przyszły następny próximo próxima que siguiente dambe القادم المقبل اگلے prochain prochaine"
    " prossimo prossima"
)
_UNTIL = _word_set(
    "until till til to from in after do aż na até a hasta ilaa illaa حتى إلى لغاية تک jusqu jusque en au fino al"
)
_TOMORROW = _word_set("tomorrow tmrw tomoz jutra jutro amanhã mañana berri غدا domani demain")
_END = _word_set("end końca koniec fim fin final finales fine dhammaadka نهاية آخر")
# What may stand beside the time in "less texts, once every 3 months please": any other word tells of something else.
_PACE = _word_set(
    "every each once twice only often one a the of in per about text texts texting txt txts message messages msg"
    " msgs sms co raz każdy każde tylko na w wiadomości smsów cada vez só apenas por uma uno una sólo mensagens"
    " mensajes al el la hal mar kaliya kasta fariin fariimo fariimaha كل مرة مرات فقط في رسالة رسائل ہر بار صرف میں"
    " ایک پیغام پیغامات chaque tous toutes les une fois par seulement message messaggi ogni volta solo"
)
# And in "could you just text me once a month": "3 this week was too many" counts what came, and asks for no pace.
_ASKING = _word_set("me us can could would you u please pls plz just i we like want to send contact get thanks thank")
_VERBS = frozenset({"may", "mar", "sat", "sun", "mon", "wed", "sept", "dos", "sei", "mai"})  # words besides
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?![\d/-])")
_ISO = re.compile(r"(?<!\d)(20\d\d)-(\d{1,2})-(\d{1,2})(?!\d)")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_ORDINAL = frozenset({"st", "nd", "rd", "th", "er", "º", "ª"})
DAYS_IN_A_WEEK = 7


def read_until(text: str, today: date) -> date | None:
    """The first local date on which texts may come again; after today and within 400 days, or None."""
    said = fold(text.translate(_DIGITS))
    words = [word for word in _WORD.findall(said) if word not in _ORDINAL]
    found = (
        _in_figures(said, today)
        or _in_month(words, today)
        or _next_one(words, today)
        or _after_so_long(words, today)
        or _on_weekday(words, today)
        or _by_name(words, said, today)
        or _on_the(said, today)
    )
    return found if found is not None and today < found <= today + timedelta(days=MOST_DAYS) else None


def read_every(text: str) -> int | None:
    """How many days apart at least: "once a month" is 30, "every 6 weeks" 42; None where no time is named."""
    start = date(2025, 1, 1)
    words = _WORD.findall(fold(text.translate(_DIGITS)))
    found = _after_so_long(words, start)
    return None if found is None else (found - start).days


def how_often(rest: str) -> int | None:
    """The same of what follows LESS: "every 3 months", "texts, once a month". None where it tells of more than that,
    as "money this month" does."""
    known = _UNITS.keys() | _NUMBERS.keys() | _PACE
    words = _WORD.findall(fold(rest.translate(_DIGITS)))
    return read_every(rest) if all(word.isdigit() or word in known for word in words) else None


def asked_pace(text: str) -> int | None:
    """How many days apart they ask us to write, in words that ask for that and no more; LESS may stand before them."""
    words = _WORD.findall(fold(text.translate(_DIGITS)))
    return how_often(" ".join(word for word in words if word not in _ASKING | LESS))


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # the 31st of February
        return None


def _coming(month: int, day: int, today: date) -> date | None:
    """The next such day after today."""
    this_year = _made(today.year, month, day)
    return this_year if this_year is not None and this_year > today else _made(today.year + 1, month, day)


def _in_figures(said: str, today: date) -> date | None:
    if match := _ISO.search(said):
        return _made(*map(int, match.groups()))
    if match := _NUMERIC.search(said):
        day, month, year = match.groups()
        if year is None:
            return _coming(int(month), int(day), today)
        return _made(int(year) if len(year) > 2 else 2000 + int(year), int(month), int(day))
    return None


def _in_month(words: list[str], today: date) -> date | None:
    """ "3 september", "september 3rd 2027", "till september", "the end of august"."""
    for at, word in enumerate(words):
        month = _MONTHS.get(word)
        before = words[at - 1] if at else ""
        led = before in _UNTIL or before.isdigit() or len(words) == 1
        if month is None or (word in _VERBS and not led):
            continue
        after = words[at + 1] if at + 1 < len(words) else ""
        year = next((int(w) for w in words[at + 1 : at + 4] if re.fullmatch(r"20\d\d", w)), None)
        # "3 de septiembre": a small word between the day and its month
        figures = [w for w in (before, words[at - 2] if at > 1 else "", after) if w.isdigit() and 1 <= int(w) <= 31]
        day = int(figures[0]) if figures and not _counts(words, figures[0]) else 1
        if not figures and _END & set(words[max(0, at - 3) : at]):
            month, day = month % 12 + 1, 1
        return _made(year, month, day) if year else _coming(month, day, today)
    return None


def _counts(words: list[str], figure: str) -> bool:
    """The figure is of something else: "2 weeks"."""
    after = words[words.index(figure) + 1 :][:1]
    return bool(after) and after[0] in _UNITS


def _next_one(words: list[str], today: date) -> date | None:
    """ "next week" is its Monday, "next month" its first day. The word stands before or after."""
    for at, word in enumerate(words):
        kind = _UNITS.get(word, ("", 0))[0]
        if kind not in {"week", "month", "year"} or not _NEXT & {*words[max(0, at - 1) : at], *words[at + 1 : at + 2]}:
            continue
        if kind == "week":
            return today + timedelta(days=DAYS_IN_A_WEEK - today.weekday())
        return _coming(1, 1, today) if kind == "year" else _months_on(today.replace(day=1), 1)
    return None


def _after_so_long(words: list[str], today: date) -> date | None:
    """ "2 weeks", "a month", "na tydzień", "أسبوعين"."""
    for at, word in enumerate(words):
        if word not in _UNITS:
            continue
        kind, own = _UNITS[word]
        before = [w for w in words[max(0, at - 3) : at] if w != "of"]
        named = before[-1] if before else ""
        count = int(named) if named.isdigit() else _NUMBERS.get(named, own if own != 1 or named != "few" else 0)
        if own > 1:
            count = own
        if not count:
            continue
        if kind in {"day", "week"}:
            return today + timedelta(days=min(count * (1 if kind == "day" else DAYS_IN_A_WEEK), MOST_DAYS + 1))
        return _months_on(today, min(count * (1 if kind == "month" else 12), 24))
    return None


def _months_on(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def _on_weekday(words: list[str], today: date) -> date | None:
    for at, word in enumerate(words):
        led = len(words) == 1 or words[max(0, at - 1)] in _UNTIL | _NEXT
        if word in _WEEKDAYS and (led or word not in _VERBS):
            return today + timedelta(days=(_WEEKDAYS[word] - today.weekday()) % DAYS_IN_A_WEEK or DAYS_IN_A_WEEK)
    return None


def _by_name(words: list[str], said: str, today: date) -> date | None:
    if _TOMORROW & set(words):
        return today + timedelta(days=1)
    if re.search(r"\b(?:christmas|xmas|navidad|natal|noel|natale)\b", said):
        return (
            _coming(1, 2, today)
            if re.search(r"\b(?:after|despues|depois|apres|dopo)\b", said)
            else _coming(12, 25, today)
        )
    return _coming(1, 1, today) if re.search(r"\bnew year", said) else None


def _on_the(said: str, today: date) -> date | None:
    """ "till the 5th": the next 5th."""
    match = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)\b", said)
    if match is None:
        return None
    day = int(match[1])
    month = today if day > today.day else _months_on(today.replace(day=1), 1)
    return _made(month.year, month.month, day)
