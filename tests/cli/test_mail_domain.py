"""The mail domain's records are read from a real name server on loopback."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import dns.message
import dns.resolver
import dns.rrset
import pytest

from rapport.cli.mail_domain import examine

ZONE = {
    "good.test.": "v=spf1 include:relay.test -all",
    "s1._domainkey.good.test.": "v=DKIM1; k=rsa; p=MIGf",
    "_dmarc.good.test.": "v=DMARC1; p=reject",
    "open.test.": "v=spf1 +all",
    "s1._domainkey.open.test.": "v=DKIM1; p=",
    "_dmarc.open.test.": "v=DMARC1; p=none",
}


class NameServer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, connection = self.request
        query = dns.message.from_wire(data)
        name = query.question[0].name
        response = dns.message.make_response(query)
        if text := ZONE.get(name.to_text()):
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{text}"'))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        connection.sendto(response.to_wire(), self.client_address)


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), NameServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        yield resolver
        server.shutdown()


@pytest.mark.parametrize(
    ("domain", "states"),
    [
        ("good.test", ["fine", "fine", "fine"]),
        ("open.test", ["amiss", "amiss", "note"]),
        ("nothing.test", ["amiss", "amiss", "amiss"]),
    ],
)
def test_records_are_judged(resolver: dns.resolver.Resolver, domain: str, states: list[str]) -> None:
    assert [state for _, state, _, _ in examine(domain, selector="s1", resolver=resolver)] == states


def test_what_is_amiss_comes_with_advice(resolver: dns.resolver.Resolver) -> None:
    found = examine("nothing.test", selector="s1", resolver=resolver)
    assert [bool(advice) for *_, advice in found] == [True, True, True]
