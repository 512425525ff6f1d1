"""The house behind an app or a command: settings in, a House out. It knows no page, so a command loads none."""

from bot.clock import Clock, ShiftedClock, SystemClock
from bot.directory_source import load_places
from bot.house import House
from bot.live import Live
from bot.queue import EmbeddedWake
from bot.settings import Settings
from bot.store.database import Database
from bot.store.sealed import Keyring
from messages.channel import Channel
from messages.smtp_email import SmtpEmail
from messages.twilio_sms import TwilioSms
from messages.webchat import WebChat


def furnish(settings: Settings, clock: Clock | None = None) -> House:
    """Opens the database; sends and starts nothing."""
    keys = Keyring.parse(settings.data_keys, settings.phone_index_key)
    channels: dict[str, Channel] = {"web": WebChat()}
    if settings.twilio_account_sid and settings.twilio_auth_token and settings.twilio_from:
        channels["sms"] = TwilioSms(
            settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_from, settings.twilio_api_base,
            settings.public_url,
        )  # fmt: skip
    if settings.mail is not None:
        channels["email"] = SmtpEmail(settings.mail)
    if clock is None:
        clock = ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()
    return House(
        settings=settings, db=Database(settings.database_url, keys), clock=clock, live=Live(load_places),
        wake=EmbeddedWake(), channels=channels,
    )  # fmt: skip
