"""What `thrive doctor` asks of others: texts' provider, the mail server, the council's accounts. Sends nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.house import House
from bot.sign_on import ProviderAway, SignOn
from messages.channel import AsksOfNumber, Backfill, CalledBack, ChannelError, ChannelUnknown, Knocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check. `what_to_do` is empty where nothing is to be done."""

    check: str
    ok: bool
    what_to_do: str = ""


def outside(house: House) -> Iterator[Check]:
    """Each other's machine that a setting names, asked as the service would ask it."""
    provider = _provider(house)
    yield provider
    yield _callbacks(house, provider)
    yield _email(house)
    yield _sign_on(house)


def _callbacks(house: House, provider: Check) -> Check:
    """The provider posts what families send to us. Where it cannot be asked that is only said: a token that may only
    send is a good one."""
    channel = house.channels.get("sms")
    if not provider.ok or not isinstance(channel, AsksOfNumber):
        return Check(check="callbacks", ok=True)
    try:
        numbers = channel.called_back()
    except (ChannelError, ChannelUnknown) as fault:
        told = f"Where the provider posts what comes in could not be asked ({fault.reason}). Look in its console."
        return Check(check="callbacks", ok=True, what_to_do=told)
    wanted = f"{house.settings.public_url}/sms/inbound"
    if numbers is None:
        told = f"Look in the provider's console that what comes in is posted to {wanted}: here it cannot be asked."
        return Check(check="callbacks", ok=True, what_to_do=told)
    if not numbers:
        return Check(check="callbacks", ok=False, what_to_do="TWILIO_FROM is no number of this account.")
    told = _posted_wrongly(numbers[0], wanted)
    if told:
        return Check(check="callbacks", ok=False, what_to_do=told)
    spare = numbers[0].fallback and numbers[0].fallback != wanted
    told = "The number has a fallback address at the provider: leave it empty, or it answers families in our place."
    return Check(check="callbacks", ok=True, what_to_do=told if spare else "")


def _posted_wrongly(number: CalledBack, wanted: str) -> str:
    if number.application:
        told = (
            f"The number is given to a TwiML app at the provider ({number.application}), which is asked in its place: "
        )
        return f"{told}what is set of the number itself counts for nothing. Set the number to a webhook, {wanted}."
    if number.url != wanted:
        there = urlsplit(number.url)
        where = f"{there.scheme}://{there.hostname or ''}{there.path}" if number.url else "nowhere"
        return f"The provider posts what comes in to {where}, not to {wanted}. Mend it in its console, or PUBLIC_URL."
    if number.method.upper() != "POST":
        return f"The provider calls {wanted} by {number.method}. Set it to HTTP POST in its console."
    return ""


def _email(house: House) -> Check:
    """The mail server lets us in: no letter is handed in. Twenty seconds at most."""
    channel = house.channels.get("email")
    if not isinstance(channel, Knocks):
        return Check(check="email", ok=True)
    try:
        channel.knock()
    except ChannelError as fault:
        told = f"{fault.reason}. Check SMTP_URL and the way out to the server: alerts by email do not leave."
        return Check(check="email", ok=False, what_to_do=told)
    return Check(check="email", ok=True)


def _sign_on(house: House) -> Check:
    """The council's provider of identities can be found, and publishes its keys. Five seconds a question at most."""
    settings = house.settings.sign_on
    if settings is None:
        return Check(check="sign-on", ok=True)
    try:
        SignOn(settings, house.settings.public_url).look(house.clock.now())
    except ProviderAway as fault:
        told = f"{fault} Check OIDC_ISSUER ({settings.issuer}), and the way out to it; the log names the fault."
        return Check(check="sign-on", ok=False, what_to_do=told)
    return Check(check="sign-on", ok=True)


def _provider(house: House) -> Check:
    """List what came in since this second: it needs the credentials and changes nothing. Ten seconds at most."""
    channel = house.channels.get("sms")
    if not isinstance(channel, Backfill):
        told = "Texting is not set up, so only the web chat answers. TWILIO_ACCOUNT_SID and its fellows turn it on."
        return Check(check="provider", ok=True, what_to_do=told)
    try:
        channel.list_inbound(house.clock.now())
    except (ChannelError, ChannelUnknown) as fault:
        told = f"{fault.reason}. Check the TWILIO_ settings and the way out to the provider."
        return Check(check="provider", ok=False, what_to_do=told)
    return Check(check="provider", ok=True)
