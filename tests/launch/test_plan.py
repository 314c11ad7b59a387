"""The plan: who runs, and what each may know."""

import socket
import stat
from pathlib import Path

import pytest
from redis.connection import parse_url

from bot.sandbox.people import APPLICATION_ID
from bot.sandbox.snowflake import bot_token
from foodgan.contract.settings import Settings
from foodgan.launch import plan as plans
from foodgan.launch import supervisor
from foodgan.launch.plan import Plan

SECRET = "a-token-that-nobody-may-see"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def _plan(var: Path, **settings: object) -> Plan:
    given = Settings(_env_file=None, var_dir=var, **settings)  # type: ignore[arg-type]
    return plans.make(given, port=8700, workers=3)


def test_without_token_and_redis_the_house_brings_its_own(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    names = [program.name for program in plan.programs]
    assert names == ["valkey", "sandbox", "worker", "intake", "trainer", "bot"]
    assert plan.page == "http://127.0.0.1:8700"
    assert plan.environment["DISCORD_API_BASE"] == "http://127.0.0.1:8700/api/v10"


def test_with_token_and_redis_only_bot_and_workers_run(tmp_path: Path) -> None:
    plan = _plan(tmp_path, discord_token=SECRET, redis_url="redis://elsewhere")
    assert [program.name for program in plan.programs] == ["worker", "intake", "trainer", "bot"]
    assert plan.page is None
    assert "DISCORD_GATEWAY" not in plan.environment


def test_the_sandbox_knows_the_launchers_token() -> None:
    assert plans.SANDBOX_APPLICATION == APPLICATION_ID
    assert plans.sandbox_token() == bot_token(APPLICATION_ID)


def test_no_secret_is_on_a_command_line_or_in_supervisords_file(tmp_path: Path) -> None:
    plan = _plan(tmp_path, discord_token=SECRET)
    password = (tmp_path / "valkey" / "password").read_text().strip()
    assert len(password) >= 32
    told = [*(word for program in plan.programs for word in program.command)]
    told.append(supervisor.configuration(plan))
    assert not any(password in text or SECRET in text for text in told)
    assert password in plan.redis_url


@pytest.mark.parametrize("name", ["password", "valkey.conf"])
def test_only_the_owner_can_read_the_password(tmp_path: Path, name: str) -> None:
    _plan(tmp_path)
    assert stat.S_IMODE((tmp_path / "valkey" / name).stat().st_mode) == 0o600


def test_the_password_outlives_a_restart(tmp_path: Path) -> None:
    passwords = {_plan(tmp_path).redis_url.split("@")[0] for _ in range(2)}
    assert len(passwords) == 1


@pytest.mark.parametrize("left", [b"", bytes(44)], ids=["nothing", "zeros"])
def test_a_password_that_a_power_cut_left_empty_is_made_anew(tmp_path: Path, left: bytes) -> None:
    """The queue's server refuses such a one, at this start and at every later one."""
    folder = tmp_path / "valkey"
    folder.mkdir()
    (folder / "password").write_bytes(left)
    _plan(tmp_path)
    password = (folder / "password").read_text().strip()
    assert len(password) >= 32
    assert f"requirepass {password}\n" in (folder / "valkey.conf").read_text()


@pytest.mark.parametrize("name", ["worker", "intake", "trainer"])
def test_workers_see_neither_token_nor_records(tmp_path: Path, name: str) -> None:
    plan = _plan(tmp_path, discord_token=SECRET)
    worker = plan.program(name)
    assert worker
    assert {"DISCORD_TOKEN", "DATABASE_URL"} <= set(worker.hides)
    assert 'environment = DISCORD_TOKEN="",DATABASE_URL=""' in supervisor.configuration(plan)


def test_relative_tls_files_are_where_the_operator_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "100% ガ+&"
    here.mkdir()
    monkeypatch.chdir(here)
    files = "ssl_ca_certs=tls/my%20ca.crt&ssl_certfile=/etc/a.crt&ssl_keyfile=tls/a.key"
    url = f"rediss://:S3%2Fcret@192.0.2.10:6380/0?{files}&ssl_check_hostname=false"
    plan = _plan(tmp_path / "var", redis_url=url)
    read = parse_url(plan.environment["REDIS_URL"])
    assert plan.redis_url == plan.environment["REDIS_URL"]
    assert read["ssl_ca_certs"] == f"{here}/tls/my ca.crt"
    assert read["ssl_certfile"] == "/etc/a.crt"
    assert read["ssl_keyfile"] == f"{here}/tls/a.key"
    told = parse_url(url)
    assert {name for name in read if read[name] != told[name]} == {"ssl_ca_certs", "ssl_keyfile"}


@pytest.mark.parametrize(
    "url",
    [
        "redis://:S3%2Fcret%40@127.0.0.1:6379/0",
        "redis://elsewhere?db=1",
        "unix://:S3cret@/run/redis.sock?db=1",
        "rediss://:S3cret@192.0.2.10:6380/0?ssl_ca_certs=/etc/tls/ca.crt",
    ],
)
def test_any_other_address_of_redis_stays_as_it_is(tmp_path: Path, url: str) -> None:
    assert _plan(tmp_path, redis_url=url).redis_url == url


def test_a_relative_database_is_where_the_operator_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = _plan(tmp_path / "var", database_url="sqlite+aiosqlite:///orders.db")
    assert plan.environment["DATABASE_URL"] == f"sqlite+aiosqlite:///{tmp_path}/orders.db"


def test_the_house_and_every_command_mean_the_same_database_and_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(_env_file=None, var_dir=Path("house"))
    house = plans.make(settings, port=8700, workers=1).environment
    database = settings.database_url.get_secret_value().removeprefix("sqlite+aiosqlite:///")
    assert house["DATABASE_URL"] == f"sqlite+aiosqlite:///{Path(database).resolve()}"
    assert house["PHOTO_STORE"] == str(Path(settings.photo_store).resolve())
    assert Path(house["PHOTO_STORE"]).parent == tmp_path / "house"


@pytest.mark.parametrize(
    ("given", "store"),
    [({}, "{var}/photos"), ({"photo_store": "mine"}, "{here}/mine"), (
        {"photo_store": "s3://bucket/photos"}, "s3://bucket/photos"
    )],
)  # fmt: skip
def test_bot_and_intake_share_one_store_wherever_they_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], store: str
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = _plan(tmp_path / "var", **given)
    expected = store.format(var=tmp_path / "var", here=tmp_path)
    assert plan.environment["PHOTO_STORE"] == expected


def test_a_setting_of_the_operator_reaches_the_children(tmp_path: Path) -> None:
    plan = _plan(tmp_path, cooldown_s=0.0, model_dir=Path("models/first"))
    assert plan.environment["COOLDOWN_S"] == "0.0"
    assert plan.environment["MODEL_DIR"] == str(Path("models/first").resolve())


def test_credentials_of_the_store_in_dotenv_reach_the_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keys = "AWS_ACCESS_KEY_ID=mine\nAWS_SECRET_ACCESS_KEY=of the file\nAWS_DEFAULT_REGION=\n"
    (tmp_path / ".env").write_text(f"PHOTO_STORE=s3://canteen/photos\nOTHER=1\n{keys}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "OTHER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the shell")
    environment = _plan(tmp_path).environment
    assert environment["AWS_ACCESS_KEY_ID"] == "mine"
    assert environment["AWS_SECRET_ACCESS_KEY"] == "of the shell"
    assert not {"AWS_DEFAULT_REGION", "OTHER"} & set(environment)


def test_percent_signs_and_spaces_in_paths_survive(tmp_path: Path) -> None:
    text = supervisor.configuration(_plan(tmp_path / "100% odd"))
    assert "100%% odd" in text
    assert "100% odd" not in text


def test_a_taken_port_gives_another_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert plans.free_port(port) != port
