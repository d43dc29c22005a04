"""Looks up whether a domain is ready to send mail that is believed: SPF, DKIM and DMARC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import dns.exception
import dns.resolver

Found = tuple[str, Literal["fine", "note", "amiss"], str, str]


def examine(domain: str, *, selector: str, resolver: dns.resolver.Resolver | None = None) -> list[Found]:
    """What the DNS says of a mail domain, as (what, state, detail, advice).

    Sources: RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC).
    """
    resolver = resolver or dns.resolver.Resolver()
    try:
        return list(_examine(domain, selector, resolver))
    except (dns.exception.Timeout, dns.resolver.NoNameservers) as error:
        return [(f"DNS of {domain}", "amiss", str(error), "look up again where the network allows it")]


def _examine(domain: str, selector: str, resolver: dns.resolver.Resolver) -> Iterator[Found]:
    yield _spf(domain, _texts(resolver, domain))
    yield _dkim(f"{selector}._domainkey.{domain}", _texts(resolver, f"{selector}._domainkey.{domain}"))
    yield _dmarc(domain, _texts(resolver, f"_dmarc.{domain}"))


def _spf(domain: str, texts: list[str]) -> Found:
    records = [text for text in texts if text.lower().startswith("v=spf1")]
    if len(records) != 1:
        advice = f"publish one TXT record at {domain}, such as v=spf1 include:<your relay> -all"
        return ("SPF", "amiss", f"{len(records)} records, not one", advice)
    if records[0].lower().endswith(("+all", "?all")):
        return ("SPF", "amiss", records[0], "end it with -all or ~all: as it is, anybody may send in your name")
    return ("SPF", "fine", records[0], "")


def _dkim(name: str, texts: list[str]) -> Found:
    keys = [text for text in texts if "p=" in text.replace(" ", "")]
    if not keys:
        return ("DKIM", "amiss", f"no key at {name}", "publish the relay's public key there, or name its --selector")
    if "p=;" in keys[0].replace(" ", "") + ";":
        return ("DKIM", "amiss", f"the key at {name} is revoked", "publish the relay's present key")
    return ("DKIM", "fine", f"a key at {name}", "")


def _dmarc(domain: str, texts: list[str]) -> Found:
    records = [text for text in texts if text.lower().startswith("v=dmarc1")]
    if len(records) != 1:
        advice = f"publish v=DMARC1; p=quarantine; rua=mailto:… at _dmarc.{domain}"
        return ("DMARC", "amiss", f"{len(records)} records, not one", advice)
    if "p=none" in records[0].replace(" ", "").lower():
        return ("DMARC", "note", records[0], "once the reports are clean, raise the policy to quarantine or reject")
    return ("DMARC", "fine", records[0], "")


def _texts(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
