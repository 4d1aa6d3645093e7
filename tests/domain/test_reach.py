"""What counts as this machine and its network, however it is written."""

import pytest

from core.domain.reach import is_near, is_outside, origin_of

OUTSIDE = ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1")
INSIDE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:0:0:0:0:80ff:fffe",
)  # fmt: skip
NEAR = (
    "http://127.0.0.1:8080/v1", "http://127.1", "http://2130706433/v1", "http://0x7f000001", "http://0177.0.0.1", "http://0/v1",
    "http://[::1]:80", "http://[::ffff:10.0.0.1]", "http://localhost:11434/v1", "http://LOCALHOST.", "http://a.localhost",
    "http://gpu-box:8000/v1", "http://printer.local", "http://metadata.google.internal", "http://router.lan", "http://x.home.arpa",
    "http://169.254.169.254/latest/meta-data", "https://192.168.0.9",
)  # fmt: skip
FAR = (
    "https://api.openai.com/v1",
    "http://8.8.8.8/v1",
    "http://[2606:4700::1111]/v1",
    "https://localhost.example.org",
    "http://10.example.org",
)


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_is_outside(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_a_machine_or_its_network_is_not(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("url", NEAR)
def test_what_leads_to_this_machine_by_its_text_is_seen_in_every_spelling(url: str) -> None:
    assert is_near(url)


@pytest.mark.parametrize("url", FAR)
def test_what_does_not_is_not_taken_for_it(url: str) -> None:
    assert not is_near(url)


def test_an_origin_is_scheme_host_and_port_and_no_more() -> None:
    assert origin_of(" HTTP://GPU-Box:8000/v1/chat ") == "http://gpu-box:8000"
    assert origin_of("https://api.openai.com/v1") != origin_of("http://api.openai.com/v1")
