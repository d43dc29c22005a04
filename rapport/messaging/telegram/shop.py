"""The shop as Telegram can reach it: addresses a phone can open, pictures it can show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rapport.messaging.public_address import is_public
from rapport.messaging.telegram.calls import Upload

# What sendPhoto takes. An SVG it does not, so a drawn picture is shown by the PNG beside it.
RASTER = (".png", ".jpg", ".jpeg", ".webp")
DRAWN = "/pictures/"


@dataclass(frozen=True, slots=True)
class Shop:
    """`pictures` is the folder `/pictures/…` is served from."""

    public_url: str
    pictures: Path

    def link(self, path: object) -> str | None:
        """The public address of a path of the shop; None where only this machine could open it."""
        if not isinstance(path, str) or not path.startswith("/") or path.startswith(("//", "/\\")):
            return None
        # Telegram refuses a key that leads to a host without a name, and a phone could not open it.
        return self.public_url.rstrip("/") + path if is_public(self.public_url) else None

    def picture(self, path: object) -> Upload | None:
        """The picture at this path of the shop: from our disk, else at its address; None where it cannot be shown."""
        if not isinstance(path, str):
            return None
        file = Path(unquote(urlsplit(path).path))
        if path.startswith(DRAWN):
            drawn = self.pictures / file.with_suffix(".png").name
            return Upload(drawn.name, path=drawn) if drawn.is_file() else None
        url = self.link(path) if file.suffix.casefold() in RASTER else None
        return Upload(file.name, url=url) if url else None
