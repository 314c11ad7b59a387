"""Other models in the house's store: workers take one up in the midst of everything, or cannot."""

import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from foodgan import registry
from foodgan.contract.models import MODEL, MODELS
from foodgan.contract.store import Store
from foodgan.publishing import serving

WHOLE = ("chaos-1", "chaos-2")
DAMAGED = "chaos-damaged"  # published whole, and cut short in the store: nobody can take it up
OWN = "each worker's own"


@dataclass
class Shelf:
    """What operators promote. folder: where models are made of the house's own one, all of which
    paint what that paints.
    """

    store: Store
    folder: Path
    own: Path | None
    served: str = OWN

    def change(self, rng: random.Random) -> str:
        """Promote another model than the one before; which."""
        self.promote(rng.choice([name for name in (*WHOLE, DAMAGED, OWN) if name != self.served]))
        return self.served

    def promote(self, name: str) -> str:
        """Have this model served; how workers call it, "" for their own."""
        digest, model_id = None, ""
        if name != OWN:
            folder = self._made(name)
            digest, model_id = (
                serving.publish(self.store, folder),
                registry.describe(folder).model_id,
            )
            if name == DAMAGED:
                weights = f"{MODELS}/{digest}/stage1.safetensors"
                data = self.store.read(weights)
                self.store.write(weights, data[: len(data) // 2])
        serving.promote(self.store, digest, base=None, model_id=model_id, by="operator")
        self.served = name
        return model_id

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        return folder if folder.exists() else renamed(self.own or registry.SHIPPED, folder)


def renamed(model: Path, folder: Path) -> Path:
    """A copy of a model in a new folder, called as that is: another one to everybody."""
    shutil.copytree(model, folder)
    told = json.loads((folder / MODEL).read_text("utf-8")) | {"name": folder.name}
    (folder / MODEL).write_text(json.dumps(told), "utf-8")
    return folder
