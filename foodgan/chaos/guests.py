"""Members of the sandbox: they order, look at what came of it, and never lose count."""

import json
import random
import re
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from foodgan.bench.journey import NAMES
from foodgan.contract.phrases import LOCALES, say

MEMBERS = ("akari", "yuto", "emma", "minato", "sora")
CHANNELS = ("架空食堂", "写真持ち込み", "厨房")
LOOK_S = 1.0  # between two looks at one open order
PATIENCE_S = 20.0  # then one may be served in its channel, too late for its token
LOOK_AROUND_S = 5.0
VOID_S = 3.5  # an interaction that the bot has not acknowledged by then never will be
STRIDE = 10  # between the seeds of two orders, which have up to four pictures
LOADING = 1 << 7
_CALL_S = 10.0
_PICTURE = re.compile(r"^dish-(\d+)-[0-9a-z]{8}\.")

State = Literal["open", "answered", "refused", "unheard"]


@dataclass
class Order:
    """One interaction. Its first seed names it: it stands in its pictures' file names."""

    interaction: str
    seed: int
    sent: float  # monotonic seconds
    taken: bool = False  # the bot has acknowledged it
    state: State = "open"
    looked: float = 0.0


@dataclass
class Guests:
    """Everyone who orders. page: the sandbox's address; rng: whose dice."""

    page: str
    rng: random.Random
    orders: list[Order] = field(default_factory=list)
    _looked_around: float = 0.0

    def order(self) -> None:
        """Order something somewhere."""
        seed = STRIDE * (len(self.orders) + 1)
        body = {
            "type": "command",
            "command": "dish",
            "member": self.rng.choice(MEMBERS),
            "channel": self.rng.choice(CHANNELS),
            "options": {
                "name": self.rng.choice(NAMES),
                "count": self.rng.choice((1, 1, 1, 2, 4)),
                "seed": seed,
            },
        }
        number = self.call("/sandbox/interactions", body)["id"]
        self.orders.append(Order(number, seed, time.monotonic()))

    @property
    def open(self) -> list[Order]:
        return [order for order in self.orders if order.state == "open"]

    @property
    def taken(self) -> list[Order]:
        """Those that the bot has acknowledged: each of these must come to an end."""
        return [order for order in self.orders if order.taken]

    def look(self, at_most: int) -> None:
        """See how some of the open orders stand, those longest not looked at first."""
        now = time.monotonic()
        due = [order for order in self.open if now - order.looked > LOOK_S]
        for order in sorted(due, key=lambda order: order.looked)[:at_most]:
            order.looked = now
            self._judge(order, self.call(f"/sandbox/interactions/{order.interaction}"))
        late = [order for order in self.open if now - order.sent > PATIENCE_S]
        if late and now - self._looked_around > LOOK_AROUND_S:
            self._look_around(late)
            self._looked_around = time.monotonic()

    def _look_around(self, late: list[Order]) -> None:
        """Some dishes come as a message of their own: the answer stays as it was."""
        shown = self.dishes()
        for order in late:
            if shown[order.seed]:
                order.state = "answered"

    def _judge(self, order: Order, seen: dict[str, Any]) -> None:
        order.taken = order.taken or seen["response"] is not None
        if not order.taken:
            if seen["void"] or time.monotonic() > order.sent + VOID_S:
                order.state = "unheard"
            return
        message = seen["message"]
        if message is None or message["flags"] & LOADING:
            return
        if message["attachments"]:
            order.state = "answered"
        elif not (message["components"] or _in_the_journal(message["content"])):
            order.state = "refused"

    def dishes(self) -> Counter[int]:
        """How many visible messages show each order's dish, by its first seed."""
        shown: Counter[int] = Counter()
        for channel in CHANNELS:
            for entry in self.call(f"/sandbox/messages?channel={quote(channel)}"):
                shown.update(_seeds(entry["message"]))
        return shown

    def storm(self, fault: dict[str, Any]) -> None:
        """Let the next requests at Discord go wrong."""
        self.call("/sandbox/faults", fault)

    def calm(self) -> None:
        """No more of that."""
        request = urllib.request.Request(f"{self.page}/sandbox/faults", method="DELETE")
        urllib.request.urlopen(request, timeout=_CALL_S).close()

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request to the sandbox's driver."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        request = urllib.request.Request(self.page + path, data, headers)
        with urllib.request.urlopen(request, timeout=_CALL_S) as answer:
            return json.load(answer)


def _in_the_journal(sentence: str) -> bool:
    """Whether an answer without a button still waits: the records know of no order to cancel."""
    return any(
        sentence.endswith(say(locale, "kitchen-closed", name="|").partition("|")[2])
        for locale in LOCALES
    )


def _seeds(message: dict[str, Any]) -> set[int]:
    """First seeds of the orders whose pictures a message shows."""
    found = (_PICTURE.match(each["filename"]) for each in message["attachments"])
    return {int(match[1]) // STRIDE * STRIDE for match in found if match}
