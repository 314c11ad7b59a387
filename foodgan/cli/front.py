"""What the operator sees of the house: the table while it opens, the address, warnings, the end."""

import signal
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import FrameType

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from foodgan.contract import phrases
from foodgan.contract.settings import Settings, read_settings
from foodgan.contract.terminal import say
from foodgan.launch import leftovers
from foodgan.launch import plan as plans
from foodgan.launch.follow import Follower
from foodgan.launch.house import House
from foodgan.launch.plan import Plan
from foodgan.launch.stages import Stage

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Front:
    """Draws on the terminal; where there is none, one plain line an event."""

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    _told: set[str] = field(default_factory=set)
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="yellow"))

    def clearing(self, left: Iterable[int]) -> None:
        self._count_down(left, "up-clearing")

    def page_port(self, settings: Settings, wanted: int) -> int:
        """A port for the chat page; says so when it is not the one that was asked for."""
        port = plans.free_port(wanted)
        if port != wanted and settings.discord_token is None:
            self._print(say("up-port-moved", wanted=str(wanted), port=str(port)))
        return port

    def opening(self, house: House) -> None:
        """Show each part on its way until all are ready."""
        if not self.console.is_terminal:
            for _ in house.opening():
                self._mention(house)
                self._tell(house)
            self._tell(house)
            return
        with Live(console=self.console, auto_refresh=False) as live:
            for _ in house.opening():
                self._mention(house)
                live.update(self._table(house), refresh=True)
            live.update(self._table(house), refresh=True)

    def _mention(self, house: House) -> None:
        """Say once that the queue's log is another."""
        if house.aside and (told := say("up-log-aside", folder=str(house.aside))) not in self._told:
            self._told.add(told)
            self._print(told)

    def _table(self, house: House) -> Table:
        table = Table(title=say("up-title"), show_header=False, box=None, padding=(0, 2))
        for stage in house.stages:
            sign = self._sign(stage)
            table.add_row(sign, _part(house, stage), _state(stage), _note(house, stage))
        return table

    def _sign(self, stage: Stage) -> Spinner | Text:
        if stage.ready:
            return Text("✓", style="green")
        return Text("·", style="dim") if stage.begun is None else self._spinner

    def _tell(self, house: House) -> None:
        for stage in house.stages:
            if stage.ready and stage.name not in self._told:
                self._told.add(stage.name)
                told = f"{say('up-ready')} ({_took(stage)}) {_note(house, stage)}"
                self._print(f"{_part(house, stage)}: {told}".rstrip())

    def opened(self, plan: Plan) -> None:
        """The address, large, in both languages."""
        page = plan.page
        lines = [Text(page, style="bold bright_cyan", justify="center")] if page else []
        for locale in phrases.LOCALES:
            lines.append(Text(phrases.say(locale, "up-open"), style="bold", justify="center"))
            where = phrases.say(locale, "up-page" if page else "up-discord")
            lines.append(Text(where, justify="center"))
        if page is None:
            lines.append(Text(say("up-sync-hint"), style="dim", justify="center"))
        hint = say("up-how-to-stop", logs=str(plan.logs))
        self.console.print(Panel(Group(*lines), border_style="yellow", padding=(1, 4)))
        self._print(hint)

    def follow(self, house: House, everything: bool) -> None:
        """Show warnings, or all lines, while the house is open."""
        follower = Follower(house.plan.logs, everything)
        follower.skip()
        try:
            for _ in house.watching():
                self._print_lines(follower.lines())
        finally:
            self._print_lines(follower.halves())

    def _print_lines(self, lines: Iterable[tuple[str, str]]) -> None:
        for process, line in lines:
            self._print(f"{process:10} {line}")

    def closing(self, house: House) -> None:
        """Stop everything; a second Ctrl-C does not wait for the dish in hand."""
        try:
            self._count_down(house.closing(), "up-closing", "up-closing-hint")
        except KeyboardInterrupt:
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            house.kill()
        self._print(say("up-closed"))

    def _count_down(self, left: Iterable[int], phrase: str, *hints: str) -> None:
        if not self.console.is_terminal:
            for number, count in enumerate(left):
                if number == 0:
                    self._print(say(phrase, count=count))
            return
        with Live(console=self.console, transient=True, auto_refresh=False) as live:
            for count in left:
                sentences = " · ".join((say(phrase, count=count), *map(say, hints)))
                self._spinner.update(text=sentences)
                live.update(self._spinner, refresh=True)

    def _print(self, line: str) -> None:
        self.console.print(line, markup=False, soft_wrap=True)


def _part(house: House, stage: Stage) -> str:
    program = house.plan.program(stage.name)
    return say(f"up-part-{stage.name}", count=program.count if program else 1)


def _note(house: House, stage: Stage) -> str:
    """What registering the commands said."""
    return house.last_line("commands.log") if stage.name == "commands" and stage.ready else ""


def _state(stage: Stage) -> Text:
    if stage.ready:
        return Text(f"{say('up-ready')}  {_took(stage)}", style="green")
    if stage.begun is None:
        return Text(say("up-waiting"), style="dim")
    return Text(f"{say('up-starting')}  {_took(stage, digits=0)}", style="yellow")


def _took(stage: Stage, digits: int = 1) -> str:
    return say("span-seconds", count=f"{stage.seconds:.{digits}f}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(workers: int, port: int, everything: bool) -> None:
    """Open the house, keep it open until told to stop, close it. Raises UserError."""
    for number in STOP_SIGNALS:
        signal.signal(number, _interrupt)
    settings = read_settings()
    var = settings.var_dir.resolve()
    front = Front()
    try:
        with leftovers.claim(var):
            front.clearing(leftovers.clear(var))
            plan = plans.make(settings, front.page_port(settings, port), workers)
            _keep_open(front, House(plan), everything)
    except KeyboardInterrupt:
        return


def _keep_open(front: Front, house: House, everything: bool) -> None:
    try:
        front.opening(house)
        front.opened(house.plan)
        front.follow(house, everything)
    finally:
        front.closing(house)
