"""What is asked of the Bot API, as values: nothing is sent here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rapport.messaging.telegram.keys import Keys
from rapport.messaging.telegram.rich import LONGEST_CAPTION, LONGEST_TEXT, Rich, units

Method = Literal["sendMessage", "sendPhoto", "sendDocument"]

NOTHING = Rich()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes with a message: on our disk, or at a public address. `name` is what the customer sees."""

    name: str
    path: Path | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One message to one chat; edited, the same call is what the message shall be."""

    method: Method
    body: Rich = NOTHING
    keys: Keys = ()
    upload: Upload | None = None

    @property
    def fits(self) -> bool:
        """Whether Telegram takes a text as long as this."""
        most = LONGEST_TEXT if self.method == "sendMessage" else LONGEST_CAPTION
        return units(self.body.text) <= most


def plainer(call: Call) -> Call | None:
    """What may be taken where this was refused: a picture left out or as a file, then bare words, then nothing."""
    if call.method == "sendPhoto":
        return replace(call, method="sendMessage", upload=None) if call.body else replace(call, method="sendDocument")
    here = (tuple(key for key in row if not key.url) for row in call.keys)
    bare = replace(call, body=Rich(call.body.text), keys=tuple(filter(None, here)))
    return bare if call.body and bare != call else None
