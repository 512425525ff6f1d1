"""What an operator is told when a command cannot be done. A fault that is ours has no words here: it is raised."""

from bot.content import ContentFaults
from bot.live import NothingPublished
from bot.settings import SettingsFault
from bot.store.copying import CopyFault
from bot.store.database import DatabaseError
from bot.store.sealed import SealError

# The first kind that fits speaks; `{name}` is the command's, `{fault}` the fault's own words.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (SettingsFault, "{fault}"),
    (ContentFaults, "The content was refused; nothing was changed.\n{fault}"),
    (NothingPublished, "No content is published. `thrive publish` puts it live."),
    (SealError, "The database does not open with these keys ({fault}). Check DATA_KEYS."),
    (DatabaseError, "The database could not be used ({kind}). Check DATABASE_URL."),
    (CopyFault, "thrive {name}: {fault}"),
    (UnicodeDecodeError, "thrive {name}: a file is not UTF-8"),
    (OSError, "thrive {name}: {fault}"),
)


def words(command: str, fault: Exception) -> str | None:
    """One or more lines for standard error; None for a fault of our own."""
    for kind, told in _WORDS:
        if isinstance(fault, kind):
            return told.format(name=command, fault=_own(fault), kind=type(fault).__name__)
    return None


def _own(fault: Exception) -> str:
    if isinstance(fault, OSError) and fault.filename is not None:
        return f"{fault.filename}: {fault.strerror}"
    return str(fault)
