"""The training loop: one for every network, on a CPU, a GPU, or several under `torchrun`.

A run is a folder: config.toml's content, checkpoint, TensorBoard log, sample grids. Killed at any
moment it goes on from its last checkpoint, and step k sees the same batch either way.
"""

import copy
import logging
import math
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn, optim
from torch import distributed as dist
from torch.utils.tensorboard import SummaryWriter

from foodgan import checkpoint
from foodgan.contract.errors import FoodganError
from foodgan.contract.whole import sweep
from foodgan.machine.place import Place, spent, title_of
from foodgan.machine.progress import counted
from foodgan.machine.stopping import stop_asked
from foodgan.models.stackgan import LIGHT, RULES, Stage1Generator
from foodgan.painting.grids import contact_sheet, sample_grid
from foodgan.photos.feed import Feed
from foodgan.photos.loader import draws
from foodgan.registry import averaged, halved
from foodgan.step.batch import Batch, Draw
from foodgan.step.config import ConfigError, TrainConfig
from foodgan.step.cuda_graphs import Learn, RecordedStep
from foodgan.step.fakes import Figures
from foodgan.step.objectives import build_objective
from foodgan.training.lineage import refuse_others
from foodgan.training.word_teacher import WordTeacher

log = logging.getLogger(__name__)

GRIDS, LOGS = "grids", "tensorboard"  # folders of a run


class TrainingStopped(FoodganError):
    """A loss or weight is not a number, or the disk is full: the last checkpoint is kept."""


class Trainer:
    """A run in the making: networks, optimisers, the averaged generator, how far it has come."""

    def __init__(
        self,
        config: TrainConfig,
        feed: Feed,
        run: Path,
        place: Place,
        first: Stage1Generator | None = None,
    ) -> None:
        """first: a trained Stage-I, for a Stage-II that learns from its sketches.

        Raises ConfigError where such a Stage-II is given none.
        """
        if config.sketched and first is None:
            raise ConfigError("it learns from sketches: name a run of Stage-I (--sketches)")
        self.config, self.feed, self.run, self.place = config, feed, run, place
        self.before: list[dict[str, Any]] = []  # what the weights had seen before this run
        self.draws: Iterator[Draw] | None = None
        torch.manual_seed(config.seed)
        if first is not None:
            first = first.to(place.device).to(memory_format=torch.channels_last)
        self.objective = objective = build_objective(config, feed.vector_size, feed.buckets, first)
        for module in (objective.generator, objective.discriminator):
            module.to(place.device).to(memory_format=torch.channels_last)
        self.ema = copy.deepcopy(objective.generator).requires_grad_(False)
        self.averaged, self.current = _states(self.ema), _states(objective.generator)
        self.adam_g = self._adam(objective.generator, config.lr_g)
        self.adam_d = self._adam(objective.discriminator, config.lr_d)
        self.random = Generator(place.device)
        self.learn: Learn = RecordedStep(self.update, self.random) if place.records else self.update
        self.step = 0
        self.clock = time.monotonic  # tells `seconds`, those before a resume included
        self.seconds = 0.0
        self.elsewhere, self.earlier = dict[str, float](), 0.0  # of them, those before a resume

    def _adam(self, network: nn.Module, rate: float) -> optim.Adam:
        on_gpu = self.place.device.type == "cuda"
        betas = (self.config.beta1, self.config.beta2)
        return optim.Adam(
            network.parameters(), rate, betas, capturable=on_gpu, fused=True if on_gpu else None
        )

    @property
    def step_pictures(self) -> int:
        """Real photos that all processes together see in one step."""
        return self.config.batch * self.place.world

    @property
    def seen(self) -> int:
        """Real photos seen so far, by all processes together."""
        return self.step * self.step_pictures

    def take_step(self) -> Figures:
        """One step of the discriminator and one of the generator. Figures are scalars."""
        self.call_teacher()
        figures = self.learn(self.draw())
        self._average()
        self.step += 1
        return figures

    def call_teacher(self) -> None:
        """Have the teacher of words learn, where one is to teach and has not: a minute or two."""
        if self.config.taught and self.objective.teacher is None:
            feed = self.feed
            self.objective.teacher = WordTeacher.of(feed.pixels, feed.names, self.place.device)

    def update(self, batch: Batch) -> Figures:
        """Both networks learn from a batch. Touches nothing but the device, and never waits."""
        objective, device = self.objective, self.place.device
        objective.generator.train()
        objective.discriminator.requires_grad_(True)
        with torch.autocast(device.type, torch.bfloat16, enabled=self.place.bf16):
            fake = objective.paint(batch)
            objective.see(batch, fake)
            loss_d, figures_d = objective.discriminator_loss(batch)
        self._descend(loss_d, self.adam_d, objective.discriminator)
        objective.discriminator.requires_grad_(False)
        with torch.autocast(device.type, torch.bfloat16, enabled=self.place.bf16):
            loss_g, figures_g = objective.generator_loss(batch, fake)
        self._descend(loss_g, self.adam_g, objective.generator)
        return {k: v.detach() for k, v in (figures_d | figures_g).items()}

    def draw(self) -> Batch:
        """The batch of the next step."""
        config, place = self.config, self.place
        if self.draws is None:
            pinned = place.device.type == "cuda"
            self.draws = draws(self.feed, self._seed, self.step, place.loaders, pinned)
        drawn = next(self.draws).to(place.device)
        self.random.manual_seed(~self._seed(self.step))  # the seed itself drew the photos
        conditional = torch.full((), config.conditional(self.seen), device=place.device)
        return Batch.of(drawn, self.random, conditional, self.step % config.penalty_every == 0)

    def _seed(self, step: int) -> int:
        """Of a step and this process alone, so that a resumed run draws the same batches."""
        return (self.config.seed * 1_000_003 + step) * 4096 + self.place.rank

    def _descend(self, loss: Tensor, adam: optim.Adam, network: nn.Module) -> None:
        adam.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        if self.place.world > 1:
            self._share_gradients(network)
        adam.step()

    def _share_gradients(self, network: nn.Module) -> None:
        """Average the gradients over all processes, in one message."""
        parameters = [p for p in network.parameters() if p.requires_grad]
        flat = torch.cat(
            [(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in parameters]
        )
        dist.all_reduce(flat)
        flat /= self.place.world
        pieces = torch.split(flat, [p.numel() for p in parameters])
        for parameter, piece in zip(parameters, pieces, strict=True):
            parameter.grad = piece.view_as(parameter)

    @torch.no_grad()
    def _average(self) -> None:
        """Exponential moving average with a half-life of `ema_pictures`, shorter at the start.

        torch.optim.swa_utils has one too, which makes a GPU wait in every step.
        """
        half_life = min(self.config.ema_pictures, max(self.seen * 0.1, 1))
        share = 1 - 0.5 ** (self.step_pictures / half_life)
        torch._foreach_lerp_(self.averaged[True], self.current[True], share)
        if self.averaged[False]:  # batch norm counts its batches
            torch._foreach_copy_(self.averaged[False], self.current[False])

    def save(self) -> None:
        """Write the checkpoint, atomically. Raises TrainingStopped rather than keep a NaN."""
        objective = self.objective
        parts = {
            "generator": objective.generator.state_dict(),
            "discriminator": objective.discriminator.state_dict(),
            "ema": self.ema.state_dict(),
            "adam_g": checkpoint.optimizer_tensors(self.adam_g),
            "adam_d": checkpoint.optimizer_tensors(self.adam_d),
        }
        tensors = {
            k: v for name, ts in parts.items() for k, v in checkpoint.prefixed(name, ts).items()
        }
        self._refuse_nan(tensors)
        checkpoint.save(self.run / checkpoint.CHECKPOINT, tensors, self.about)

    def snapshot(self) -> None:
        """Keep the averaged generator as it is now, in half precision. Raises TrainingStopped."""
        self._refuse_nan(self.ema.state_dict())
        tensors = {name: halved(t) for name, t in self.ema.state_dict().items()}
        path = self.run / checkpoint.SNAPSHOTS / f"{self.seen:09d}.safetensors"
        checkpoint.save(path, checkpoint.prefixed("ema", tensors), self.about)

    def _refuse_nan(self, tensors: dict[str, Tensor]) -> None:
        if name := checkpoint.not_finite(tensors):
            raise TrainingStopped(f"{name} is not finite any more; {self.kept}")

    @property
    def about(self) -> dict[str, Any]:
        """What a checkpoint says of itself."""
        return {
            "config": self.config.model_dump(mode="json"),
            "network": self.objective.generator.config.model_dump(mode="json"),
            "step": self.step,
            "seen": self.seen,
            "seconds": round(self.seconds, 1),
            "devices": spent(
                self.elsewhere,
                title_of(self.place.device, self.place.world),
                self.seconds - self.earlier,
            ),
            "photos": self.feed.about,
            "before": self.before,
        }

    def begin_from(self, run: Path) -> None:
        """Take over the averaged generator and the discriminator of another run of this network.

        What does not fit of the discriminator, which may see at another size, begins anew; so does
        all of it after a lesson, a snapshot or a model, which have none. A light that the other
        generator lacks begins as none. Raises ModelError where the generator does not fit,
        ConfigError where it is to paint by other rules than it did.
        """
        tensors, about = averaged(run, self.config.kind, str(self.place.device))
        self._refuse_other_rules(run, about)
        for module in (self.objective.generator, self.ema):
            own = module.state_dict()
            unlit = {name: own[name] for name in own if name.startswith(f"{LIGHT}.")}
            before = unlit | checkpoint.part("ema", tensors)
            checkpoint.fill(module, before, f"{run.name} (ema)")
        judge = self.objective.discriminator
        own = judge.state_dict()
        taken = checkpoint.part("discriminator", tensors)
        judge.load_state_dict(own | {k: t for k, t in taken.items() if _fits(t, own.get(k))})
        then = {key: about[key] for key in ("seen", "seconds", "photos", "config")}
        devices = {key: about[key] for key in ("devices",) if key in about}
        self.before = [*about.get("before", []), then | devices]

    def _refuse_other_rules(self, run: Path, about: dict[str, Any]) -> None:
        rules = {*RULES, LIGHT}
        own = self.objective.generator.config.model_dump(include=rules)
        then = {rule: about["network"].get(rule, value) for rule, value in own.items()}
        if own.get(LIGHT):  # which it may begin to learn
            del own[LIGHT], then[LIGHT]
        if then != own:
            said = ", ".join(f"{rule} = {value}" for rule, value in then.items())
            raise ConfigError(f"{run} paints with {said}: the configuration's [model] is to say so")

    def resume(self) -> bool:
        """Go on from the run's checkpoint. False when there is none.

        Raises ModelError, and ConfigError where photos, configuration or beginning are others.
        """
        path = self.run / checkpoint.CHECKPOINT
        if not path.exists():
            return False
        tensors, about = checkpoint.load(path, str(self.place.device))
        refuse_others(about, self.about, self.run)
        objective = self.objective
        for name, module in (
            ("generator", objective.generator),
            ("discriminator", objective.discriminator),
            ("ema", self.ema),
        ):
            checkpoint.fill(module, checkpoint.part(name, tensors), f"{path.name} ({name})")
        checkpoint.fill_optimizer(self.adam_g, checkpoint.part("adam_g", tensors))
        checkpoint.fill_optimizer(self.adam_d, checkpoint.part("adam_d", tensors))
        self.step, self.seconds = about["seen"] // self.step_pictures, about["seconds"]
        self.elsewhere, self.earlier = about.get("devices", {}), self.seconds
        self.draws = None
        self.before = about.get("before", [])
        return True

    def clear(self) -> None:
        """Remove what an earlier run left here: to begin anew, and with nothing of the old."""
        (self.run / checkpoint.CHECKPOINT).unlink(missing_ok=True)  # each process looks for it
        for place in (checkpoint.SNAPSHOTS, GRIDS, LOGS) if self.place.leads else ():
            shutil.rmtree(self.run / place, ignore_errors=True)

    @property
    def kept(self) -> str:
        """What a person can still rely on when the run stops."""
        return checkpoint.kept(self.run)

    def grid(self) -> Tensor:
        """The averaged generator's pictures of fixed names and seeds, (3, H, W) in [-1, 1]."""
        return sample_grid(self.ema.eval(), self.feed)


def _states(network: nn.Module) -> dict[bool, list[Tensor]]:
    """All tensors of a network, by whether they are numbers that can be averaged."""
    states: dict[bool, list[Tensor]] = {True: [], False: []}
    for tensor in network.state_dict().values():
        states[tensor.is_floating_point()].append(tensor)
    return states


def _fits(tensor: Tensor, other: Tensor | None) -> bool:
    return other is not None and tensor.shape == other.shape


def train(trainer: Trainer, enough: Callable[[], bool] = lambda: False) -> None:
    """Run until the configured number of pictures is seen, it is `enough`, or a signal says stop.

    Raises TrainingStopped when a loss is not finite or the run's folder cannot be written.
    """
    try:
        _train(trainer, enough)
    except OSError as error:
        raise TrainingStopped(f"cannot write in {trainer.run}: {error}; {trainer.kept}") from error


def _train(trainer: Trainer, enough: Callable[[], bool]) -> None:
    config, place = trainer.config, trainer.place
    trainer.run.mkdir(parents=True, exist_ok=True)
    if place.leads:
        sweep(trainer.run)
    if trainer.seen < config.pictures:  # before the clock and the progress bar begin
        trainer.call_teacher()
    writer = SummaryWriter(str(trainer.run / LOGS)) if place.leads else None
    figures: Figures = {}
    begun, before = trainer.clock(), trainer.seconds
    bar = counted(config.kind, trainer.seen, config.pictures, "pictures", shown=place.leads)
    with stop_asked() as asked, bar as tell:
        while trainer.seen < config.pictures and not _agreed(asked() or enough(), place):
            first = trainer.seen
            figures = trainer.take_step()
            trainer.seconds = before + trainer.clock() - begun
            tell(trainer.seen)
            if _crossed(first, trainer.seen, config.log_every):
                _check(figures, trainer)
                _write(writer, figures, trainer, (trainer.seen / max(trainer.seconds, 1e-9)))
            if place.leads and _crossed(first, trainer.seen, config.grid_every):
                _draw(writer, trainer)
            if place.leads and _crossed(first, trainer.seen, config.save_every):
                trainer.save()
            every = config.snapshot_every
            if place.leads and every and _crossed(first, trainer.seen, every):
                trainer.snapshot()
    if figures:
        _check(figures, trainer)
    if place.leads and figures:  # else what is kept says already what there is to say
        trainer.save()
        _draw(writer, trainer)
    if writer:
        writer.close()


def _agreed(asked: bool, place: Place) -> bool:
    """Whether any process was asked to stop: all stop after the same step."""
    if place.world == 1:
        return asked
    stop = torch.tensor(float(asked), device=place.device)
    dist.all_reduce(stop)
    return bool(stop)


def _crossed(before: int, after: int, every: int) -> bool:
    return before // every != after // every


def _check(figures: Figures, trainer: Trainer) -> None:
    for name, figure in figures.items():
        if not math.isfinite(float(figure)):
            raise TrainingStopped(
                f"{name} is {float(figure)} after {trainer.seen} pictures; {trainer.kept}"
            )


def _write(
    writer: SummaryWriter | None, figures: Figures, trainer: Trainer, pictures_s: float
) -> None:
    if writer is None:
        return
    for name, figure in figures.items():
        writer.add_scalar(name, float(figure), trainer.seen)
    writer.add_scalar("pictures_s", pictures_s, trainer.seen)
    shown = "  ".join(f"{name} {float(figure):.3f}" for name, figure in figures.items())
    log.info("%d pictures, %.1f/s  %s", trainer.seen, pictures_s, shown)


def _draw(writer: SummaryWriter | None, trainer: Trainer) -> None:
    grid = trainer.grid()
    contact_sheet(grid, trainer.run / GRIDS / f"{trainer.seen:09d}.png")
    if writer is not None:
        writer.add_image("grid", (grid + 1) / 2, trainer.seen)
