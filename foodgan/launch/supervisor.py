"""supervisord: its configuration in `var`, its process, and the socket to talk to it."""

import hashlib
import http.client
import shlex
import signal
import subprocess
import sys
import tempfile
import xmlrpc.client
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from foodgan.contract import private
from foodgan.contract.errors import UserError
from foodgan.contract.whole import write_text
from foodgan.launch.plan import NUMBER, Plan, Program
from foodgan.machine.process import follow_parent

SOCKET_PATH_MAX = 90  # bytes; the kernel takes 107, supervisord adds its pid while it binds

_HEAD = """\
[supervisord]
nodaemon = true
silent = true
directory = {var}
logfile = {logs}/supervisord.log
logfile_maxbytes = 2MB
logfile_backups = 1
pidfile = {var}/supervisord.pid

[unix_http_server]
file = {socket}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

# A program that leaves too soon is tried again after 1, 2, 3 … s; FATAL after `startretries`.
_PROGRAM = """
[program:{name}]
command = {command}
process_name = {name}-%(process_num)s
numprocs = {count}
numprocs_start = 1
directory = {var}
environment = {hidden}
priority = {priority}
autostart = false
autorestart = true
startsecs = 2
startretries = 20
stopsignal = TERM
stopwaitsecs = {stop_within_s:.0f}
stopasgroup = true
killasgroup = true
redirect_stderr = true
stdout_logfile = {twice_escaped_logs}/%(program_name)s-%(process_num)s.log
stdout_logfile_maxbytes = 5MB
stdout_logfile_backups = 2
"""


@dataclass(frozen=True)
class Process:
    """One process as supervisord sees it. started: Unix time of its latest start, 0 for never."""

    program: str
    name: str
    state: str  # STOPPED STARTING RUNNING BACKOFF STOPPING EXITED FATAL UNKNOWN
    started: int


def configuration(plan: Plan) -> str:
    """The text of supervisord.conf. `%` is doubled, because supervisord expands it.

    In a program's `stdout_logfile` it does so twice.
    """
    folders = {
        "var": _escaped(plan.var),
        "logs": _escaped(plan.logs),
        "twice_escaped_logs": _escaped(_escaped(plan.logs)),
    }
    parts = [_HEAD.format(socket=_escaped(socket_path(plan.var)), **folders)]
    for priority, program in enumerate(plan.programs, start=1):
        parts.append(_section(program, priority, folders))
    return "".join(parts)


def _section(program: Program, priority: int, folders: dict[str, str]) -> str:
    return _PROGRAM.format(
        name=program.name,
        command=_escaped(shlex.join(program.command)).replace(NUMBER, "%(process_num)s"),
        count=program.count,
        hidden=",".join(f'{name}=""' for name in program.hides),
        priority=priority,
        stop_within_s=program.stop_within_s,
        **folders,
    )


def _escaped(value: Path | str) -> str:
    return str(value).replace("%", "%%")


def socket_path(var: Path) -> Path:
    """Where supervisord listens: in `var`, or under a short name where that path is too long."""
    path = var / "supervisor.sock"
    if len(str(path).encode()) <= SOCKET_PATH_MAX:
        return path
    name = hashlib.sha256(str(var).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"foodgan-{name}.sock"


def start(plan: Plan) -> subprocess.Popen[bytes]:
    """Start supervisord; secrets reach it by environment only.

    It stops its children and leaves, should this process be killed (Linux).
    """
    private.make_folder(plan.logs)
    path = plan.var / "supervisord.conf"
    write_text(path, configuration(plan), private=True)
    with (plan.logs / "supervisord.out").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "foodgan.launch.chief", "--configuration", str(path)],
            env=dict(plan.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,  # a terminal's Ctrl-C is for the launcher alone
            preexec_fn=partial(follow_parent, signal.SIGTERM) if sys.platform == "linux" else None,
        )


class Supervisor:
    """supervisord's own interface, over its socket. Raises OSError when it gives no answer."""

    def __init__(self, var: Path) -> None:
        try:
            self._module: Any = import_module("supervisor.xmlrpc")
        except ImportError:
            raise UserError("up-no-supervisor") from None
        self._url = f"unix://{socket_path(var)}"

    def _call(self, method: str, *arguments: object) -> Any:
        """One call on a connection of its own: supervisord closes idle ones."""
        transport = self._module.SupervisorTransport(serverurl=self._url)
        with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as proxy:
            try:
                return getattr(proxy.supervisor, method)(*arguments)
            except (http.client.HTTPException, xmlrpc.client.Error) as error:
                raise ConnectionError(str(error)) from error

    def answers(self) -> bool:
        try:
            return isinstance(self._call("getPID"), int)
        except OSError:
            return False

    def shut_down(self) -> None:
        """Tell supervisord to stop its programs in order and to leave."""
        self._call("shutdown")

    def start_program(self, name: str) -> None:
        """Start all processes of a program without waiting for them."""
        self._call("startProcessGroup", name, False)

    def start_process(self, process: Process) -> None:
        self._call("startProcess", f"{process.program}:{process.name}", False)

    def processes(self) -> list[Process]:
        """All processes."""
        found = cast(list[dict[str, Any]], self._call("getAllProcessInfo"))
        return [
            Process(one["group"], one["name"], one["statename"], int(one["start"])) for one in found
        ]
