"""The proxies of deploy/ as processes of their own: nginx and Caddy, with the very files that are recommended, over TLS."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "studio.localhost"  # browsers take it for this machine
_EXAMPLE = "studio.example.org"
_NGINX = """daemon off;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/studio.conf;
}}
"""
_CADDY = """{{
	admin off
	auto_https disable_redirects
	http_port {plain}
	https_port {port}
	local_certs
	skip_install_trust
	storage file_system {folder}/storage
}}
"""


def found() -> dict[str, str]:
    """The proxies of this machine, by name. NGINX and CADDY name programs that are not on the path."""
    named = {name: os.environ.get(name.upper()) or shutil.which(name, path=_path()) for name in ("nginx", "caddy")}
    return {name: program for name, program in named.items() if program}


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(name: str, program: str, folder: Path, port: int, app_port: int) -> Iterator[None]:
    """This proxy at https://studio.localhost:port, in front of the app."""
    command = (_nginx if name == "nginx" else _caddy)(program, folder, port, app_port)
    said = folder / "said.txt"
    environment = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    with said.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            _wait(port, process, said)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(port: int, process: "subprocess.Popen[bytes]", said: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        assert process.poll() is None, said.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)


def _nginx(program: str, folder: Path, port: int, app_port: int) -> list[str]:
    certificate(folder)
    told = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for said, meant in (
        (_EXAMPLE, NAME), ("listen 80;", f"listen 127.0.0.1:{free_port()};"), ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("127.0.0.1:8501;", f"127.0.0.1:{app_port};"), ("/etc/ssl/studio/", f"{folder}/"),
    ):  # fmt: skip
        assert said in told, said
        told = told.replace(said, meant)
    (folder / "studio.conf").write_text(told, encoding="utf-8")
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, user=user), encoding="utf-8")
    return [program, "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def _caddy(program: str, folder: Path, port: int, app_port: int) -> list[str]:
    told = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    for said, meant in (
        (f"{_EXAMPLE} {{", f"{NAME}:{port} {{\n\tbind 127.0.0.1"),
        ("127.0.0.1:8501", f"127.0.0.1:{app_port}"),
    ):
        assert said in told, said
        told = told.replace(said, meant)
    head = _CADDY.format(plain=free_port(), port=port, folder=folder)
    (folder / "Caddyfile").write_text(head + told, encoding="utf-8")
    return [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def certificate(folder: Path) -> None:
    """A certificate for the name, signed by itself, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())  # fmt: skip
    (folder / "privkey.pem").write_bytes(secret)
