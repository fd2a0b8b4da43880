"""What runs the drop box in production: nginx, the units and the examples, checked by the programs they are for."""

from __future__ import annotations

import datetime as dt
import http.client
import http.server
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dropbox.config import Config
from dropbox.routes.reporter import FORM_OVERHEAD
from keys.policy import MAX_FILE_BYTES, Policy
from keys.wire.envelope import MAX_SLOTS, header_size, stream_size
from keys.wire.upload import MAX_PART_POSTING_SIZE, MAX_POSTING_SIZE, largest_class
from tests.policies import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
INSTALLED = "/usr/local/lib/meldbus"
HOST = "melden.voorbeeldstichting.example"
SERVICES = ("meldbus.service", "meldbus-decoy.service", "meldbus-expire.service")
UNITS = (*SERVICES, "meldbus-decoy.timer", "meldbus-expire.timer")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin") or "nginx"
TICKS_PER_WEEK = 7 * 24 * 6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Proxy:
    """An nginx with the example's configuration, and every request that reached the server behind it."""

    folder: Path
    tls: int
    plain: int
    onion: int
    seen: list[tuple[str, dict[str, str], bytes]]

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> http.client.HTTPResponse:
        """Ask over TLS, as a visitor does; names of headers have _ for -."""
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        context.check_hostname = False
        connection = http.client.HTTPSConnection("127.0.0.1", self.tls, context=context, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Host": HOST, **named})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def files(self) -> dict[Path, bytes]:
        """Return every file that nginx could have written to."""
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Write a key and a certificate of one day for the example's host."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "privkey.pem", folder / "fullchain.pem"
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    paths[0].write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, plain))
    paths[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return paths


def configuration(folder: Path, server: int) -> tuple[Path, int, int, int]:
    """Write the example with a throw-away certificate and ports that are free; return it and its ports."""
    key, certificate = self_signed(folder)
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    tls, plain, onion = free_port(), free_port(), free_port()
    for before, after in (
        (f"/etc/letsencrypt/live/{HOST}/fullchain.pem", str(certificate)),
        (f"/etc/letsencrypt/live/{HOST}/privkey.pem", str(key)),
        ("/run/nginx.pid", str(folder / "nginx.pid")),
        ("/run/meldbus-nginx-body", str(folder / "body")),
        ("listen 443 ", f"listen 127.0.0.1:{tls} "),
        ("listen 80 ", f"listen 127.0.0.1:{plain} "),
        ("listen 127.0.0.1:8080;", f"listen 127.0.0.1:{onion};"),
        ("127.0.0.1:8000", f"127.0.0.1:{server}"),
    ):
        assert before in text, before
        text = text.replace(before, after)
    # The machine of the tests may have no IPv6.
    text = re.sub(r"(?m)^ *listen \[::\].*\n", "", text)
    changed = folder / "nginx.conf"
    changed.write_text(text, "utf-8")
    return changed, tls, plain, onion


def nginx(folder: Path, conf: Path, *more: str) -> list[str]:
    return [NGINX, "-p", str(folder), "-e", str(folder / "start.log"), "-c", str(conf), *more]


@pytest.fixture
def behind() -> Iterator[tuple[int, list[tuple[str, dict[str, str], bytes]]]]:
    """A server that notes what reaches it, in place of ours; its port and its notes."""
    seen: list[tuple[str, dict[str, str], bytes]] = []

    class Note(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append((self.path, dict(self.headers.items()), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Note) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, seen
        server.shutdown()
        thread.join()


@pytest.fixture
def proxy(tmp_path: Path, behind: tuple[int, list[tuple[str, dict[str, str], bytes]]]) -> Iterator[Proxy]:
    conf, tls, plain, onion = configuration(tmp_path, behind[0])
    process = subprocess.Popen(nginx(tmp_path, conf, "-g", "daemon off;"), stderr=subprocess.DEVNULL)
    for port in (tls, plain, onion):
        wait_for(port, process)
    yield Proxy(tmp_path, tls, plain, onion, behind[1])
    process.terminate()
    process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx has ended")


def test_nginx_accepts_the_example(tmp_path: Path) -> None:
    conf, *_ = configuration(tmp_path, free_port())

    done = subprocess.run(nginx(tmp_path, conf, "-t"), capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    # Only whoever is not root is told that nginx cannot change to another account.
    assert "[warn]" not in done.stderr.replace('[warn] the "user" directive', "")


def test_nginx_tells_the_server_nothing_of_the_visitor(proxy: Proxy) -> None:
    proxy.request(
        "GET",
        "/log?after=x",
        Authorization="Bearer abc",
        Accept_Encoding="br",
        User_Agent="marked",
        Cookie="marked=1",
        Referer="https://marked.example/",
        X_Forwarded_For="192.0.2.7",
        Forwarded="for=192.0.2.7",
        Accept_Language="marked",
    )

    ((path, headers, _),) = proxy.seen
    assert path == "/log?after=x"
    assert headers == {"Host": HOST, "Authorization": "Bearer abc", "Accept-Encoding": "br", "Connection": "close"}


def test_nginx_passes_the_largest_envelope_on_whole_and_writes_none_of_it_to_a_file(proxy: Proxy) -> None:
    before = set(proxy.files())
    assert MAX_PART_POSTING_SIZE < MAX_POSTING_SIZE
    body = b"\x5a" * MAX_POSTING_SIZE

    assert proxy.request("POST", "/envelopes", body, Content_Type="application/octet-stream").status == 200

    ((_, headers, received),) = proxy.seen
    assert received == body
    assert headers["Content-Type"] == "application/octet-stream"
    after = proxy.files()
    assert set(after) == before
    assert not [path for path, content in after.items() if b"\x5a" * 100 in content]


def test_nginx_passes_a_sealed_file_on_as_it_comes_and_writes_none_of_it_to_a_file(proxy: Proxy) -> None:
    before = set(proxy.files())
    body = b"\x5a" * 20_000_000
    assert header_size(MAX_SLOTS) + stream_size(largest_class(MAX_FILE_BYTES)) + FORM_OVERHEAD < 2300 * 2**20

    assert proxy.request("POST", "/nl/file", body, Content_Type="multipart/form-data; boundary=x").status == 200

    ((_, headers, received),) = proxy.seen
    assert received == body
    assert headers["Content-Type"] == "multipart/form-data; boundary=x"
    assert set(proxy.files()) == before


def test_nginx_refuses_what_would_not_fit_into_memory(proxy: Proxy) -> None:
    assert proxy.request("POST", "/envelopes", b"x" * 1_200_000).status == 413
    assert proxy.seen == []


def test_nginx_writes_no_line_about_a_visit_however_broken(proxy: Proxy) -> None:
    proxy.request("GET", "/marked-path")
    for port, raw in (
        (proxy.tls, b"GET /marked-plain HTTP/1.1\r\n\r\n"),
        (proxy.onion, b"marked-nonsense\r\n\r\n"),
        (proxy.onion, b"GET /marked HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(raw)
            assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")

    written = b"".join(content for path, content in proxy.files().items() if path.suffix not in (".conf", ".pem"))
    assert b"marked" not in written
    assert b"127.0.0.1" not in written


def test_nginx_leads_plain_visits_to_tls_and_repeats_nothing_of_them(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=30)
    connection.request("GET", "/nl/marked", headers={"Host": "marked.example"})
    answer = connection.getresponse()
    answer.read()
    connection.close()

    assert (answer.status, answer.getheader("Location")) == (301, f"https://{HOST}/")
    assert proxy.request("GET", "/").getheader("Strict-Transport-Security") == "max-age=63072000"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with this source tree in place of the installed one."""
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8")
        assert INSTALLED in text
        (tmp_path / name).write_text(text.replace(INSTALLED, str(ROOT)), "utf-8")
    return tmp_path


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_accepts_the_unit_without_a_word(units: Path, unit: str) -> None:
    verify = ["systemd-analyze", "verify", "--man=no", str(units / unit)]

    done = subprocess.run(verify, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES)
def test_systemd_finds_little_that_the_service_could_do(units: Path, unit: str) -> None:
    # The scale goes from 0, nothing, to 100.
    security = ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", str(units / unit)]

    done = subprocess.run(security, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_that_is_taken_over_can_send_nothing_out_and_leaves_no_core(unit: str) -> None:
    lines = (DEPLOY / unit).read_text("utf-8").splitlines()

    assert {"IPAddressDeny=any", "IPAddressAllow=localhost", "LimitCORE=0", "ProtectSystem=strict"} <= set(lines)


def test_no_journal_tells_when_a_decoy_went() -> None:
    lines = (DEPLOY / "meldbus-decoy.service").read_text("utf-8").splitlines()

    assert {"LogLevelMax=emerg", "StandardOutput=null", "StandardError=null"} <= set(lines)


def draw(decoys_per_week: int) -> int:
    """Run the unit's draw as systemd would; return its status, 0 for a decoy."""
    (line,) = re.findall(r"(?m)^ExecCondition=(.*)$", (DEPLOY / "meldbus-decoy.service").read_text("utf-8"))
    command = shlex.split(line.replace("$$", "$"))
    return subprocess.run(command, env={"DECOYS_PER_WEEK": str(decoys_per_week)}, check=False).returncode


def test_the_draw_for_a_decoy_follows_the_rate() -> None:
    assert [draw(0) for _ in range(20)] == [1] * 20
    # 1008 a week is one each time the timer comes by, but for 16 draws in 65536.
    assert [draw(TICKS_PER_WEEK) for _ in range(20)].count(0) >= 19
    assert 65536 // TICKS_PER_WEEK == 65


def test_the_timer_comes_by_as_often_as_the_draw_takes_for_granted() -> None:
    assert "OnCalendar=*:0/10\n" in (DEPLOY / "meldbus-decoy.timer").read_text("utf-8")
    assert "1008 times" in (DEPLOY / "meldbus-decoy.timer").read_text("utf-8")


def test_what_has_ended_is_deleted_every_day_and_the_guide_starts_it() -> None:
    timer = (DEPLOY / "meldbus-expire.timer").read_text("utf-8")
    service = (DEPLOY / "meldbus-expire.service").read_text("utf-8")
    assert "OnCalendar=*-*-* 03:00\n" in timer
    assert "Persistent=true\n" in timer
    assert " -m dropbox expire --config /etc/meldbus/dropbox.toml\n" in service
    assert "enable --now meldbus.service meldbus-expire.timer" in (DEPLOY / "README.md").read_text("utf-8")


def test_the_example_store_holds_the_files_of_several_messages() -> None:
    policy = policy_of((DEPLOY / "policy.toml").read_text("utf-8"))
    config = tomllib.loads((DEPLOY / "dropbox.toml").read_text("utf-8"))
    assert config["max_database_bytes"] - config["reserve_bytes"] > 10 * largest_class(policy.file_bytes)


def test_the_example_policy_is_one_that_the_board_can_sign() -> None:
    policy = policy_of((DEPLOY / "policy.toml").read_text("utf-8"))

    assert policy.organisation == "Voorbeeldstichting"
    assert Policy.parse(policy.signed_members(), policy.documents()) == policy


def test_the_decoys_example_and_the_policys_name_one_rate() -> None:
    policy = policy_of((DEPLOY / "policy.toml").read_text("utf-8"))

    assert f"\nDECOYS_PER_WEEK={policy.decoys_per_week}\n" in (DEPLOY / "decoy.env").read_text("utf-8")


def test_the_examples_name_one_address_and_one_port(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    text = (DEPLOY / "dropbox.toml").read_text("utf-8")
    assert '"/var/lib/meldbus"' in text
    (tmp_path / "dropbox.toml").write_text(text.replace("/var/lib/meldbus", str(tmp_path)), "utf-8")

    config = Config.load(tmp_path / "dropbox.toml")

    assert config.address == f"https://{HOST}"
    assert f"proxy_pass http://{config.bind};" in (DEPLOY / "nginx.conf").read_text("utf-8")
    assert f"--server http://{config.bind} " in (DEPLOY / "meldbus-decoy.service").read_text("utf-8")
