"""The year a child was born in, told beside their death: it does not take the loss back, nor make one."""

import pytest

from flows.understanding import CompiledLexicon

LOSSES = """
our son was born in 2019 and died last week
my daughter, born 2021, died on monday
she was born in 2020 and we lost her this week
our baby was born in 2024 and died yesterday
my little boy was born in march 2022. he died on sunday
our daughter born in 2015 passed away last night
my son was born 2018 and he passed away on friday
my son died on monday. he was born in 2017
my daughter died last week, she was born in 2016
our baby girl, born in 2025, has died
we lost our son last week. he was born in 2019 and it was meningitis, the funeral is friday
my son (born 2019) died last week
our little girl was born in january 2023 and passed away this morning
my child was born in 2020 and has just died
my daughter was born on 3 may 2021 and died on monday
my daughter was born on the 3rd of may 2021 and died on monday
my daughter was born 3/5/2021 and died on monday
my son was born on 20 may 2021 and he sadly died on friday
our daughter was born in 2012. she took her own life last week
my son was born in 2019 and was killed in a crash on friday
my son was born in 2019 and is dead
mi hijo nació en 2019 y murió la semana pasada
notre fils est né en 2019 et il est mort la semaine dernière
nasz syn urodził się w 2019 i zmarł w zeszłym tygodniu
nostro figlio è nato nel 2019 ed è morto la settimana scorsa
o meu filho nasceu em 2019 e morreu na semana passada
""".strip().splitlines()
NO_LOSSES = """
my dad died in 2019
my son was born in 2019
my son born 2018 and my daughter 2020
our son was born in 2019 and his dad died last week
my daughter was born in 2021 and her nan died on monday
my daughter was born in 2020 and her phone died last week
our dog was born in 2015 and died last week
my son was born in 2016 and his hamster died yesterday
she was born in 2020 and we lost her in the park this week
my son was born in 2019 and we lost our home last week
my friends son was born in 2019 and died last week
my friend's daughter was born in 2019 and passed away
my daughter born 2015 says her teacher died on monday
our son was born in 2019 and nearly died
our son was born in 2019 and almost died last week
our son was born in 2019 and he could have died
born in 2019 he has lost his nursery place this week
my grandad born 1940 died last week
my neighbours little girl born 2021 died on monday
my son was born in 2019 and has died his hair blue
our son was born in 2019 and is autistic
our daughter was born in 2020 and passed her swimming test
my son was born in 2019 and he is dead good at football
my son was born in 2019 and his best friend died last week
""".strip().splitlines()


@pytest.mark.parametrize("text", LOSSES)
def test_a_birth_year_takes_no_loss_back(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: before the death or after it, in one sentence or two, in full or in part: it is heard as news of today."""
    understood = lexicon.understand(text)
    assert (understood.event, understood.event_year) == ("child-died", None)


@pytest.mark.parametrize("text", NO_LOSSES)
def test_a_birth_year_makes_no_loss(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: who else died, what else is lost and what nearly happened are no loss for a birth beside them."""
    assert lexicon.understand(text).event not in ("child-died", "pregnancy-lost")


@pytest.mark.parametrize(
    ("text", "year"),
    [("my son died in 2019", 2019), ("my son was born in 2001 and died in 2004", 2004),
     ("my son was born in 2001, died 2004", 2004), ("my son was born in 2018 and died on 3 may 2020", 2020)],
)  # fmt: skip
def test_the_year_of_the_death_still_counts(lexicon: CompiledLexicon, text: str, year: int) -> None:
    """Claim: a death of long ago stays one, with the birth told before it."""
    assert lexicon.understand(text).event_year == year
