"""The operators' files: the board asks for figures that exist, compose and systemd take them."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.heart import Heart
from bot.queue.dishes import DishQueue
from bot.watch import Watch as BotWatch
from foodgan.contract.settings import Settings
from foodgan.contract.status import Hello, Status
from worker.__main__ import EXIT_NO_MODEL, EXIT_SETTING
from worker.watch import Watch as WorkerWatch

ROOT = Path(__file__).parents[2]
FILES = ROOT / "docs" / "operators"
BOARD = json.loads((FILES / "grafana/boards/foodgan.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((FILES / "prometheus/alerts.yml").read_text(encoding="utf-8"))
COMPOSE = (["docker", "compose"], ["docker-compose"])
SECRETS = {
    "DISCORD_TOKEN": "token",
    "QUEUE_ADDRESS": "192.0.2.10",
    "REDIS_PASSWORD": "password",
    "REDIS_URL": "rediss://x",
}
BY_PROMETHEUS = {"job", "instance", "worker", "le"}  # labels that come from its configuration


def expressions() -> list[str]:
    """Every PromQL expression that these files hold."""
    panels = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
    alerts = [rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]]
    keda = re.findall(r"query: (.*)", (FILES / "keda.yml").read_text())
    return panels + alerts + keda


class Stove:
    """A worker as the watch sees it."""

    name, resting, at_rest = "stove-1", False, False
    model_id, device_name = "first", "cpu"
    limit, in_hand, stopping = 16, 0, False


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The label names of every sample name that bot and worker export."""
    settings = Settings(_env_file=None, redis_url=SecretStr("redis://127.0.0.1:1"))
    hello: dict[str, Any] = dict.fromkeys(Hello.model_fields, 0)
    words = {"name", "label", "host", "version", "model", "device"}
    hello |= dict.fromkeys(words, "x") | {
        "health": "",
        "state": "idle",
        "since": "2026-01-01T00:00:00Z",
    }
    status: dict[str, Any] = dict.fromkeys(Status.model_fields, 0)
    status |= {"taken_at": "2026-01-01T00:00:00Z", "oldest_id": None, "failures": []}
    seen = Status.model_validate(status | {"workers": [hello]})
    queue = DishQueue(settings)
    monkeypatch.setattr("bot.queue.dishes.look", lambda _: seen)
    monkeypatch.setattr("foodgan.contract.status.look", lambda _: seen)
    from foodgan.contract import gauges

    bot = BotWatch(settings, queue, Heart(tmp_path / "pulse"), lambda: 0.05)
    worker = WorkerWatch(settings, "stove")
    worker._figures.register(gauges.build(model="first", device="cpu"))
    text = bot._endpoint._routes["/metrics"]().body.decode()
    text += generate_latest(worker._figures).decode()
    queue.close()
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
        for suffix in suffixes.get(family.type, [""]):
            found.setdefault(family.name + suffix, set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_every_figure_of_the_board_and_of_the_alerts_is_exported(
    exported: dict[str, set[str]],
) -> None:
    asked = {name for each in expressions()
             for name in re.findall(r"\b(?:foodgan|process)_\w+", each)}  # fmt: skip
    assert len(asked) > 20
    assert asked <= set(exported), asked - set(exported)


def test_every_figure_of_ours_stands_on_the_board(exported: dict[str, set[str]]) -> None:
    shown = " ".join(t["expr"] for panel in BOARD["panels"] for t in panel["targets"])
    created = re.compile(r"_created$|foodgan_order_seconds|foodgan_failed_orders")
    ours = {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in exported
            if name.startswith("foodgan_") and not created.search(name)}  # fmt: skip
    assert not {name for name in ours if name not in shown}


def test_labels_that_are_asked_for_exist(exported: dict[str, set[str]]) -> None:
    from worker import metrics

    declared = {label for counter in (metrics.ORDERS, metrics.FAILURES, metrics.POSTS)
                for label in counter._labelnames}  # fmt: skip
    from bot import metrics as bot_metrics

    for counter in (bot_metrics.ORDERS, bot_metrics.COMMANDS, bot_metrics.REFUSALS):
        declared |= set(counter._labelnames)
    known = set().union(*exported.values()) | declared | BY_PROMETHEUS
    for each in expressions():
        grouped = re.findall(r"\bby \(([^)]*)\)", each)
        asked = {label.strip() for labels in grouped for label in labels.split(",")}
        asked |= set(re.findall(r"[{,]\s*(\w+)=~?\"", each))
        assert asked <= known, each


def test_a_bot_that_is_dead_and_exports_nothing_is_told() -> None:
    """Its own figures are absent then, and what is absent equals nothing."""
    rules = {rule["alert"]: rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]}
    scraped = yaml.safe_load((FILES / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    jobs = [each["job_name"] for each in scraped["scrape_configs"]]
    either = rules["GatewayAway"].split(" or ")
    assert either == ['up{job="bot"} == 0', "foodgan_bot_connected == 0"]
    assert "bot" in jobs


def test_the_board_is_provisioned_with_the_source_that_it_names() -> None:
    provisioning = FILES / "grafana/provisioning"
    sources = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())
    assert {panel["datasource"]["uid"] for panel in BOARD["panels"]} == {
        source["uid"] for source in sources["datasources"]
    }
    boards = yaml.safe_load((provisioning / "dashboards/foodgan.yml").read_text())
    folder = boards["providers"][0]["options"]["path"]
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert f"./docs/operators/grafana/boards:{folder}:ro" in compose
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def compose() -> list[str]:
    for words in COMPOSE:
        if shutil.which(words[0]):
            asked = subprocess.run([*words, "version"], capture_output=True)
            if asked.returncode == 0:
                return words
    pytest.skip("neither `docker compose` nor docker-compose is installed")


@pytest.mark.parametrize(
    "files",
    [
        ("docker-compose.yml",),
        ("docker-compose.yml", "docs/operators/compose.tls.yml"),
        ("docs/operators/compose.gpu.yml",),
    ],
)
def test_docker_compose_takes_the_files(files: tuple[str, ...]) -> None:
    words = [word for file in files for word in ("-f", file)]
    command = [*compose(), *words, "--project-directory", ".", "config", "--quiet"]
    environ = os.environ | SECRETS | {"COMPOSE_PROFILES": "monitoring,gpu", "WORKERS": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["docker-compose.yml", "docs/operators/compose.gpu.yml"])
def test_no_mount_of_a_certificate_makes_a_folder_where_it_is_missing(name: str) -> None:
    files = [ROOT / name, FILES / "compose.tls.yml"]
    for file in files:
        services = yaml.safe_load(file.read_text(encoding="utf-8"))["services"]
        mounts = [mount for each in services.values() for mount in each.get("volumes", [])]
        assert not [mount for mount in mounts if "./tls" in str(mount)]


def test_the_queue_opens_on_the_address_that_is_named_alone() -> None:
    text = (FILES / "compose.tls.yml").read_text(encoding="utf-8")
    [port] = yaml.safe_load(text)["services"]["redis"]["ports"]
    assert re.fullmatch(r"\$\{QUEUE_ADDRESS:\?.*\}:6380:6380", port)


def test_a_line_of_ours_makes_no_image_fetch_pytorch_again() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = dict(re.findall(r"^FROM \S+ AS (\S+)\n(.*?)(?=^FROM |\Z)", text, re.M | re.S))
    for name in ("bot", "worker"):
        assert re.search(rf"^FROM needs AS {name}-needs$", text, re.M)
        assert "COPY" not in stages[f"{name}-needs"]
        assert "--no-deps" in stages[name]
    assert re.findall(r"^COPY (.*)$", stages["needs"], re.M) == ["pyproject.toml ./"]


def test_kubernetes_is_told_to_wait_for_a_worker_as_long_as_compose_does() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    grace = services["worker"]["stop_grace_period"].removesuffix("s")
    told = (FILES / "keda.yml").read_text(encoding="utf-8")
    assert f"terminationGracePeriodSeconds: {grace}" in told
    assert yaml.safe_load(told)["spec"]["minReplicaCount"] == 0
    assert "NobodyServes" in told  # which such a night raises


def test_what_compose_mounts_is_there() -> None:
    files = [ROOT / "docker-compose.yml", *FILES.glob("compose*.yml")]
    mounted = {
        m
        for file in files
        for m in re.findall(r"\./(docs/[\w./-]+):", file.read_text(encoding="utf-8"))
    }
    assert mounted
    assert not [name for name in mounted if not (ROOT / name).exists()]


def test_what_an_update_changes_is_seen_by_containers_that_go_on() -> None:
    """Git puts a new file in the place of the old one, and a mount of that keeps the old one."""
    files = [ROOT / "docker-compose.yml", *FILES.glob("compose*.yml")]
    services = [yaml.safe_load(file.read_text(encoding="utf-8"))["services"] for file in files]
    mounts = {m for each in services for one in each.values() for m in one.get("volumes", [])}
    ours = {m.split(":")[0] for m in mounts if m.startswith("./")}
    assert len(ours) == 3
    assert not [name for name in ours if not (ROOT / name).is_dir()]


def test_alerts_that_an_update_brings_are_read_without_a_restart() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    prometheus = services["prometheus"]
    assert "--enable-feature=auto-reload-config" in prometheus["command"]
    version = tuple(map(int, re.findall(r"\d+", prometheus["image"].partition(":v")[2])))
    assert version >= (3, 4)  # since when it looks at rule files, too
    asked = yaml.safe_load((FILES / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    mounted = "./docs/operators/prometheus:/etc/prometheus:ro"
    assert mounted in prometheus["volumes"]
    for name in asked["rule_files"]:
        assert (FILES / "prometheus" / name.removeprefix("/etc/prometheus/")).is_file()


def read_by(package: str) -> set[str]:
    """The settings that a package's code reads, as variables."""
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / package).rglob("*.py")
               if "sandbox" not in p.parts]  # fmt: skip
    fields = {name for text in sources for name in re.findall(r"\b_?settings\.(\w+)", text)}
    return {name.upper() for name in fields & set(Settings.model_fields)}


def test_compose_hands_each_service_the_settings_that_it_reads() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    given = {name: set(service.get("environment") or ()) for name, service in services.items()}
    of_the_image = {"VAR_DIR", "DISCORD_API_BASE", "DISCORD_GATEWAY"}
    ports = {"BOT_HEALTH_PORT", "WORKER_HEALTH_PORT"}  # each container has its own
    bot = read_by("bot")
    assert {"REVIEW_NOTICE", "CLUB_SERVERS", "COOLDOWN_S"} <= bot
    assert bot - of_the_image - ports <= given["bot"]
    worker = read_by("worker") - of_the_image - ports
    assert {"MODEL_DIR", "PHOTO_STORE"} <= worker
    assert worker <= given["worker"] | given["intake"]
    assert worker <= given["worker-gpu"] | given["intake"]
    gpu = yaml.safe_load((FILES / "compose.gpu.yml").read_text(encoding="utf-8"))["services"]
    assert given["worker"] <= set(gpu["worker"]["environment"])


def test_workers_that_paint_find_the_models_that_are_served_and_cannot_change_them() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    store = {
        name for name in services["bot"]["environment"] if name.startswith(("PHOTO_S", "AWS_"))
    }
    assert len(store) > 1
    for name in ("worker", "worker-gpu"):
        assert store <= set(services[name]["environment"])
        assert "photos:/srv/foodgan/var/photos:ro" in services[name]["volumes"]


@pytest.mark.parametrize(
    ("service", "package"),
    [("bot", "bot"), ("worker", "worker"), ("intake", "worker"), ("trainer", "worker")],
)
def test_compose_hands_a_service_no_setting_that_its_code_never_reads(
    service: str, package: str
) -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    settings = {name.upper() for name in Settings.model_fields}
    assert settings & set(services[service]["environment"]) <= read_by(package)


def test_figures_are_not_published_by_compose() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(published) == {"prometheus", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


@pytest.mark.parametrize("name", ["foodgan-worker@.service", "foodgan.service"])
def test_systemd_takes_the_unit(name: str, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = (FILES / name).read_text(encoding="utf-8")
    for program in ("/opt/foodgan/bin/python", "/srv/foodgan/.venv/bin/foodgan"):
        unit = unit.replace(program, sys.executable)
    (tmp_path / name).write_text(unit)
    command = ["systemd-analyze", "verify", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert name.partition(".")[0] not in done.stderr, done.stderr


def test_systemd_does_not_start_again_what_only_an_operator_can_mend() -> None:
    unit = (FILES / "foodgan-worker@.service").read_text(encoding="utf-8")
    [codes] = re.findall(r"^RestartPreventExitStatus=(.*)$", unit, re.MULTILINE)
    assert set(map(int, codes.split())) == {EXIT_SETTING, EXIT_NO_MODEL}


def test_device_files_of_a_gpu_are_made_before_a_unit_that_could_not_make_them() -> None:
    """CUDA has them made by a setuid program: /dev/nvidia0 and nvidiactl, and nvidia-uvm."""
    for name in ("foodgan-worker@.service", "foodgan.service"):
        unit = (FILES / name).read_text(encoding="utf-8")
        confined = re.search(r"^(NoNewPrivileges|DynamicUser)=yes", unit, re.MULTILINE)
        made = re.findall(r"^ExecStartPre=-\+/usr/bin/(.*)$", unit, re.MULTILINE)
        assert made == (["nvidia-smi -L", "nvidia-modprobe -u -c0"] if confined else []), name


def autoscale() -> ModuleType:
    spec = importlib.util.spec_from_file_location("autoscale", FILES / "autoscale.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["autoscale"] = module
    spec.loader.exec_module(module)
    return module


def test_workers_come_with_old_orders_and_go_after_a_quiet_while() -> None:
    scaler = autoscale().Scaler(fewest=1, most=3, old_s=20, quiet_looks=3, settle_looks=2)
    assert scaler.wanted(1, 5, 10) == 1  # young
    assert scaler.wanted(1, 30, 10) == 2
    assert scaler.wanted(2, 45, 10) == 2  # the new one is not ready yet
    assert scaler.wanted(2, 60, 10) == 3
    assert scaler.wanted(3, 90, 10) == 3  # no more than that
    assert [scaler.wanted(3, 0, 0) for _ in range(3)] == [3, 3, 2]
    assert [scaler.wanted(2, 0, 0) for _ in range(3)] == [2, 2, 1]
    assert [scaler.wanted(1, 0, 0) for _ in range(9)] == [1] * 9


def test_the_scaler_says_what_each_of_its_options_is() -> None:
    command = [sys.executable, str(FILES / "autoscale.py"), "--help"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    _, *options = re.split(r"^  (--[\w-]+) ", told, flags=re.MULTILINE)
    helps = dict(zip(options[::2], options[1::2], strict=True))
    assert len(helps) == 6
    assert not [name for name, text in helps.items() if not re.search(r"[a-z]{3}", text)]


def test_the_scaler_asks_status_and_scales_by_compose(tmp_path: Path) -> None:
    said = tmp_path / "said"
    fake = tmp_path / "compose"
    fake.write_text(
        f'#!/bin/sh\necho "$@" >> {said}\n'
        'case "$1" in\n'
        'exec) echo \'{"oldest_s": 99, "waiting": 7}\' ;;\n'
        "ps) echo 0a1b2c; echo 3d4e5f ;;\n"
        "esac\n"
    )
    fake.chmod(0o755)
    words = ["--compose", str(fake), "--every-s", "0", "--looks", "2"]
    subprocess.run([sys.executable, str(FILES / "autoscale.py"), *words], check=True)
    asked, _, scaled, *_ = said.read_text().splitlines()
    assert asked == "exec -T bot foodgan status --json"
    assert scaled == "up -d --no-deps --no-recreate --scale worker=3 worker"


def test_the_scaler_says_why_docker_refused_and_goes_on(tmp_path: Path) -> None:
    fake = tmp_path / "compose"
    fake.write_text("#!/bin/sh\necho 'service \"bot\" is not running' >&2\nexit 1\n")
    fake.chmod(0o755)
    for compose, why in (
        (str(fake), 'service "bot" is not running'),
        ("no-such-docker", "No such"),
    ):
        words = ["--compose", compose, "--every-s", "0", "--looks", "2"]
        command = [sys.executable, str(FILES / "autoscale.py"), *words]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count(why) == 2, done.stderr
