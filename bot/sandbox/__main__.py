"""`python -m bot.sandbox`: serve the stand-in until Ctrl-C or SIGTERM.

When it listens it writes `sandbox.json` into the folder of running things: the addresses and the
bot token that bot and worker need.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
from pathlib import Path

from bot.sandbox.rules import Rules
from bot.sandbox.server import Sandbox
from foodgan.contract import logs
from foodgan.contract.whole import write_text

_log = logging.getLogger("bot.sandbox")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8700, help="0 takes a free one")
    parser.add_argument("--var-dir", type=Path, default=Path("var"))
    parser.add_argument("--token-life-s", type=float, default=Rules.token_life_s)
    parser.add_argument("--response-s", type=float, default=Rules.response_s)
    parser.add_argument(
        "--keep",
        type=int,
        default=Rules.interactions_kept,
        help="interactions to remember, and a quarter as many messages",
    )
    parser.add_argument(
        "--public",
        action="store_true",
        help="listen on an address that others can reach; there are no passwords",
    )
    return parser.parse_args()


def _announce(sandbox: Sandbox, path: Path) -> None:
    """Write where the stand-in is; readable by this user alone, for the token's sake."""
    told = {
        "page": sandbox.origin,
        "discord_api_base": sandbox.api_base,
        "discord_gateway": sandbox.gateway_url,
        "discord_token": sandbox.token,
        "pid": os.getpid(),
    }
    write_text(path, json.dumps(told, indent=2) + "\n", private=True)


async def _serve(arguments: argparse.Namespace) -> None:
    rules = Rules(
        response_s=arguments.response_s,
        token_life_s=arguments.token_life_s,
        interactions_kept=arguments.keep,
        messages_kept=max(arguments.keep // 4, Rules.messages_kept),
    )
    told = arguments.var_dir / "sandbox.json"
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    sandbox = Sandbox(arguments.host, arguments.port, rules, public=arguments.public)
    async with sandbox:
        _announce(sandbox, told)
        _log.info("the chat page is at %s", sandbox.origin)
        await stop.wait()
    told.unlink(missing_ok=True)


def main() -> None:
    """Parse the command line and serve."""
    arguments = _arguments()
    logs.set_up()
    asyncio.run(_serve(arguments))


if __name__ == "__main__":
    main()
