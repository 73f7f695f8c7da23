"""Which addresses webhooks may be sent to."""

from ipaddress import ip_address

import pytest

from rules.addresses import fault_of_url, is_public

PUBLIC = """8.8.8.8 1.1.1.1 93.184.216.34 99.255.255.255 172.15.255.255 172.32.0.1 2606:4700:4700::1111 2a00:1450::1
    ::ffff:8.8.8.8 64:ff9b::808:808"""
NOT_PUBLIC = """127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
    100.64.0.1 100.127.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.7 203.0.113.7 224.0.0.1
    239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
    64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 fe80::1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 2001::1
    2001:db8::1
    2002:7f00:1:: 2002:808:808:: 100::1 3fff::1 4000::1"""


@pytest.mark.parametrize("address", PUBLIC.split())
def test_what_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_what_is_not(address: str) -> None:
    assert not is_public(ip_address(address))


GOOD = [
    "https://example.com/hooks",
    "https://EXAMPLE.com:8443/a?b=c",
    "https://8.8.8.8/",
    "https://xn--bcher-kva.example/",
]
BAD = [
    "", "example.com", "ftp://example.com", "https://", "https:///x", "https://example.com:0/", "https://example.com:x/",
    "https://example.com:99999/", "http://example.com/", "https://user@example.com/", "https://u:p@example.com/",
    "https://example.com/#there", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
    "https://[fe80::1%25eth0]/", "https://exa mple.com/", "https://example.com/\n", "https://bücher.example/",
    "https://example.com\\@10.0.0.1/", "javascript:alert(1)", "https://[::1", "file:///etc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD)
def test_what_may_be_an_endpoint(url: str) -> None:
    assert fault_of_url(url, ()) is None


@pytest.mark.parametrize("url", BAD)
def test_what_may_not(url: str) -> None:
    assert fault_of_url(url, ()) is not None


def test_private_hosts_are_those_that_are_named_as_the_address_writes_them() -> None:
    named = frozenset(("till.local", "10.0.0.7:8080", "[::1]:9000"))
    assert fault_of_url("http://till.local/x", named) is None
    assert fault_of_url("http://TILL.local:81/x", named) is None
    assert fault_of_url("http://10.0.0.7:8080/", named) is None
    assert fault_of_url("http://[::1]:9000/", named) is None
    for other in ("http://10.0.0.7/", "http://10.0.0.7:81/", "http://other.local/", "http://10.0.0.07:8080/"):
        assert fault_of_url(other, named) is not None
