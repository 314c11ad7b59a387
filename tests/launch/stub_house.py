"""A house with real supervisord and Valkey, and a bot and workers that only have a pulse.

Run as `python stub_house.py VAR`: opens it, says "open", and stays.
"""

import sys
from dataclasses import replace
from pathlib import Path

from foodgan.contract.settings import Settings
from foodgan.launch import leftovers
from foodgan.launch import plan as plans
from foodgan.launch.house import House
from foodgan.launch.plan import NUMBER, Plan, Program

PULSE = (sys.executable, str(Path(__file__).with_name("stub_pulse.py")))


def stub(var: Path, bot: tuple[str, ...] = PULSE, workers: int = 2) -> Plan:
    """The plan. bot: the command in the bot's place."""
    settings = Settings(_env_file=None, var_dir=var, discord_token="none")  # type: ignore[arg-type]
    real = plans.make(settings, port=8700, workers=workers)
    valkey = real.program("valkey")
    assert valkey
    worker = Program("worker", (*PULSE, f"{var}/worker-{NUMBER}.pulse"), 5, count=workers)
    return replace(real, programs=(valkey, worker, Program("bot", (*bot, f"{var}/bot.pulse"), 5)))


def main() -> None:
    """Open the house and keep it open."""
    var = Path(sys.argv[1])
    with leftovers.claim(var):
        for _ in leftovers.clear(var):
            continue
        house = House(stub(var))
        for _ in house.opening():
            continue
        sys.stdout.write("open\n")
        sys.stdout.flush()
        for _ in house.watching():
            continue


if __name__ == "__main__":
    main()
