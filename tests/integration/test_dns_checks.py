"""SPF, DKIM and DMARC, asked of a real DNS server on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from app.dns_checks import check_domain


class DnsServer:
    """Answers TXT questions over UDP from a table; what is not in it does not exist."""

    def __init__(self, records: dict[str, list[str]]) -> None:
        self.records = records
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while True:
            try:
                wire, address = self.socket.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(wire)
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            name = query.question[0].name.to_text(omit_final_dot=True)
            texts = self.records.get(name)
            if texts is None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            elif texts == ["broken"]:
                answer.set_rcode(dns.rcode.SERVFAIL)
            else:
                quoted = [f'"{text}"' for text in texts]
                answer.answer.append(
                    dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *quoted)
                )
            self.socket.sendto(answer.to_wire(), address)

    def resolver(self) -> dns.asyncresolver.Resolver:
        made = dns.asyncresolver.Resolver(configure=False)
        made.nameservers = ["127.0.0.1"]
        made.port = self.port
        made.lifetime = 2
        return made


@pytest.fixture
def server() -> Iterator[DnsServer]:
    made = DnsServer(
        {
            "brand.example": ["v=spf1 include:mail.example -all", "something else"],
            "s1._domainkey.brand.example": ["v=DKIM1; k=rsa; p=MIIB"],
            "gone._domainkey.brand.example": ["v=DKIM1; p="],
            "_dmarc.brand.example": ["v=DMARC1; p=none"],
            "two.example": ["v=spf1 -all", "v=spf1 ~all"],
            "sick.example": ["broken"],
        }
    )
    yield made
    made.socket.close()


async def test_a_domain_in_order(server: DnsServer) -> None:
    found = await check_domain("brand.example", "s1", server.resolver())
    assert [(one.record, one.state) for one in found] == [
        ("SPF", "fine"),
        ("DKIM", "fine"),
        ("DMARC", "fine"),
    ]


async def test_a_subdomain_stands_on_its_parent_s_dmarc(server: DnsServer) -> None:
    found = {
        one.record: one for one in await check_domain("news.brand.example", "s1", server.resolver())
    }
    assert found["DMARC"].state == "fine"
    assert found["SPF"].state == "look"


@pytest.mark.parametrize(
    ("domain", "selector", "record", "said"),
    [
        ("two.example", "s1", "SPF", "2 SPF records"),
        ("two.example", "s1", "DMARC", "no DMARC record"),
        ("brand.example", "", "DKIM", "dkim_selector is not set"),
        ("brand.example", "gone", "DKIM", "no DKIM key"),
        ("brand.example", "other", "DKIM", "no DKIM key"),
    ],
)
async def test_what_is_to_mend_says_how(
    server: DnsServer, domain: str, selector: str, record: str, said: str
) -> None:
    found = {one.record: one for one in await check_domain(domain, selector, server.resolver())}
    assert found[record].state == "look"  # type: ignore[index]
    assert said in found[record].what  # type: ignore[index]
    assert found[record].mend  # type: ignore[index]


async def test_what_cannot_be_reached_is_not_called_wrong(server: DnsServer) -> None:
    found = await check_domain("sick.example", "s1", server.resolver())
    assert found[0].state == "unreachable"
