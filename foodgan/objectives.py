"""What each network is trained to do: one GAN step, on one screen.

N pictures of a batch; pictures are (N, 3, H, W) in [-1, 1].
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from pydantic import ValidationError
from torch import Generator, Tensor
from torch.nn import functional as F

from foodgan.augment import diff_augment
from foodgan.config import ConfigError, TrainConfig
from foodgan.losses import (
    LOSSES,
    Loss,
    energy_by_word,
    energy_distance,
    gradient_penalty,
    mode_seeking,
)
from foodgan.models.dcgan import DcganConfig, DcganDiscriminator, DcganGenerator
from foodgan.models.projected import ProjectedDiscriminator
from foodgan.models.published import (
    PublishedConfig,
    PublishedDiscriminator,
    PublishedGenerator,
)
from foodgan.models.stackgan import (
    Discriminator,
    Maps,
    Painted,
    Stage1Config,
    Stage1Discriminator,
    Stage1Generator,
    Stage2Config,
    Stage2Discriminator,
    Stage2Generator,
    Verdict,
)
from foodgan.text.encode import TokenBatch

Figures = dict[str, Tensor]
LAYOUT = 4.0  # weight of the pictures' own pixels beside the frozen features in the energy distance
Generators = Stage1Generator | Stage2Generator | DcganGenerator | PublishedGenerator


@dataclass
class Batch:
    """What one step sees.

    photos: real ones; names: theirs; wrong: names that do not fit them; asked: what the generator
    paints, of which `invented` (N,) bool are new combinations; random: the step's own generator
    of randomness; adversarial: whether pictures are judged yet; conditional: weight of the
    conditional loss in [0, 1]; penalise: whether this step pays the lazy gradient penalty.
    """

    photos: Tensor
    names: TokenBatch
    wrong: TokenBatch
    asked: TokenBatch
    invented: Tensor
    random: Generator
    adversarial: bool
    conditional: float
    penalise: bool


class Painting(Protocol):
    """Paints what a batch asks for, with the graph kept. Keeps what its own losses need."""

    rebuilt: Tensor | None  # (N,) bool: painted from the z of their own photo

    def __call__(self, batch: Batch) -> Painted: ...

    def extra_loss(self, batch: Batch, fake: Painted) -> tuple[Tensor, Figures]: ...


def normal(batch: Batch, *shape: int) -> Tensor:
    """Standard normal noise from the step's generator."""
    return torch.randn(*shape, generator=batch.random, device=batch.photos.device)


def uniform(batch: Batch, *shape: int) -> Tensor:
    """Uniform in [0, 1) from the step's generator."""
    return torch.rand(*shape, generator=batch.random, device=batch.photos.device)


class SketchPainting:
    """Stage-I and DCGAN: pictures from noise; some from the z of their own photo."""

    def __init__(self, generator: Generators, config: TrainConfig, noise: int, ca: int) -> None:
        self.generator, self.config, self.noise, self.ca = generator, config, noise, ca

    def __call__(self, batch: Batch) -> Painted:
        n = len(batch.photos)
        self.z = normal(batch, n, self.noise)
        self.rebuilt: Tensor | None = None
        posterior = getattr(self.generator, "posterior", None)
        if posterior is not None and self.config.rebuilt:
            self.rebuilt = ~batch.invented & (uniform(batch, n) < self.config.rebuilt)
            size = self.generator.config.noise
            layout, self.kl_z = posterior(batch.photos, normal(batch, n, size))
            whole = torch.where(self.rebuilt[:, None], layout, self.z[:, :size])
            self.z = torch.cat((whole, self.z[:, size:]), dim=1)
        painted: Painted = self.generator(batch.asked, self.z, normal(batch, n, self.ca))
        return painted

    def extra_loss(self, batch: Batch, fake: Painted) -> tuple[Tensor, Figures]:
        """Conditioning Augmentation's KL, and mode seeking where it is asked for."""
        loss = self.config.kl * fake.kl
        figures = {"kl": fake.kl, "mu_std": fake.mu.std(dim=0).mean()}
        if self.config.mode_seeking:
            z = normal(batch, *self.z.shape)
            other = self.generator(batch.asked, z, normal(batch, len(z), self.ca)).pictures
            loss = loss + self.config.mode_seeking * mode_seeking(fake.pictures, other, self.z, z)
        if self.rebuilt is not None:
            loss = loss + self.config.rebuild_kl * self.kl_z
            figures["kl_z"] = self.kl_z
        return loss, figures


class DetailPainting:
    """Stage-II: pictures from degraded photos, so that every photo teaches, labelled or not."""

    rebuilt: Tensor | None = None

    def __init__(self, generator: Generators, config: TrainConfig, noise: int, ca: int) -> None:
        self.generator, self.config, self.noise, self.ca = generator, config, noise, ca

    def __call__(self, batch: Batch) -> Painted:
        self.small = F.avg_pool2d(batch.photos, 4)
        sketch = degrade(self.small, batch)
        n, _, h, w = sketch.shape
        z = normal(batch, n, self.noise, h // 2, w // 2)
        painted: Painted = self.generator(batch.names, sketch, z, normal(batch, n, self.ca))
        return painted

    def extra_loss(self, batch: Batch, fake: Painted) -> tuple[Tensor, Figures]:
        """L1 to the sketch, before it was degraded, and to the photo; the KL."""
        to_sketch = F.l1_loss(F.avg_pool2d(fake.pictures, 4), self.small)
        to_photo = F.l1_loss(fake.pictures, batch.photos)
        config = self.config
        loss = config.sketch_l1 * to_sketch + config.picture_l1 * to_photo + config.kl * fake.kl
        return loss, {"sketch_l1": to_sketch, "picture_l1": to_photo, "kl": fake.kl}


def degrade(sketch: Tensor, batch: Batch) -> Tensor:
    """Make a clean sketch look like one that Stage-I painted: softer, with a little noise.

    (N, 3, h, w) -> the same. Each picture is blended with a copy blurred 2 to 4 times.
    """
    n, _, h, w = sketch.shape
    blur = torch.rand(n, 1, 1, 1, generator=batch.random, device=sketch.device)
    half = F.interpolate(F.avg_pool2d(sketch, 2), (h, w), mode="bilinear")
    quarter = F.interpolate(F.avg_pool2d(sketch, 4), (h, w), mode="bilinear")
    soft = torch.where(blur < 0.5, half, quarter)
    share = torch.rand(n, 1, 1, 1, generator=batch.random, device=sketch.device)
    grain = 0.06 * torch.rand(n, 1, 1, 1, generator=batch.random, device=sketch.device)
    return torch.lerp(sketch, soft, share) + grain * normal(batch, *sketch.shape)


class Objective:
    """A generator, its discriminator, and the two losses of a step."""

    def __init__(
        self,
        config: TrainConfig,
        generator: Generators,
        discriminator: Discriminator,
        paint: Painting,
    ) -> None:
        self.config, self.generator, self.discriminator = config, generator, discriminator
        self.paint = paint
        self.loss_d, self.loss_g = LOSSES[config.loss]
        self.real: Verdict
        self.real_seen: Maps
        self.fake_seen: Maps

    def see(self, batch: Batch, fake: Painted) -> None:
        """Look at photos and pictures, changed by DiffAugment. Both losses of a step need it."""
        config, judge = self.config, self.discriminator
        before = batch.random.get_state()
        photos = diff_augment(batch.photos, config.augment, batch.random)
        if self.paint.rebuilt is not None:  # a photo and its rebuilt one change in the same way
            batch.random.set_state(before)
        painted_photos = diff_augment(fake.pictures, config.augment, batch.random)
        self.photos = photos
        self.real_seen, self.fake_seen = judge.look(photos), judge.look(painted_photos)

    def discriminator_loss(self, batch: Batch) -> tuple[Tensor, Figures]:
        """Tell photos from pictures, right names from wrong ones. Comes after `see`."""
        config, judge = self.config, self.discriminator
        real_seen = tuple(m.detach() for m in self.real_seen)
        fake_seen = tuple(m.detach() for m in self.fake_seen)
        for m in real_seen if batch.penalise and config.r1 else ():
            m.requires_grad_()
        for m in fake_seen if batch.penalise and config.r2 else ():
            m.requires_grad_()
        real_maps, names = judge.features(real_seen), judge.names(batch.names)
        real = judge.judge(real_maps, names)
        painted = judge.judge(judge.features(fake_seen), judge.names(batch.asked))
        self.real = real.detach()
        loss = self._adversarial(self.loss_d, real, painted, batch)
        if config.mismatched:
            wrong = judge.judge(real_maps, judge.names(batch.wrong))
            off = config.by_name * self.loss_d(real.name, wrong.name)
            off = off + config.by_words * self.loss_d(real.words, wrong.words)
            loss = loss + batch.conditional * 0.5 * off
        figures = {"d_real": real.picture.mean(), "d_fake": painted.picture.mean()}
        if config.reconstruct and isinstance(judge, Stage1Discriminator):
            redrawn = judge.decoder(real_maps[1])
            small = F.adaptive_avg_pool2d(self.photos, redrawn.shape[-2:])
            loss = loss + config.reconstruct * F.l1_loss(redrawn, small)
        if batch.penalise:
            penalty = self._penalty(real, real_seen, config.r1) + self._penalty(
                painted, fake_seen, config.r2
            )
            loss = loss + config.penalty_every * penalty
            figures["penalty"] = penalty
        return loss, {**figures, "loss_d": loss}

    def generator_loss(self, batch: Batch, fake: Painted) -> tuple[Tensor, Figures]:
        """Make the discriminator err; stay near the name. Comes after the discriminator's loss."""
        config, judge = self.config, self.discriminator
        extra, figures = self.paint.extra_loss(batch, fake)
        loss = fake.kl.new_zeros(())
        if batch.adversarial:
            with torch.no_grad():
                asked = judge.names(batch.asked)
            painted = judge.judge(judge.features(self.fake_seen), asked)
            # The photos' logits are one update old: to judge them again costs a tenth of the step.
            judged = self._adversarial(self.loss_g, self.real, painted, batch)
            loss = config.adversarial * judged
        if config.energy or config.word_energy:
            energies = self._energies(batch, fake)
            extra = extra + config.energy * energies["energy"]
            extra = extra + config.word_energy * energies["word_energy"]
            figures = {**figures, **energies}
        if self.paint.rebuilt is not None:
            figures["rebuild"] = self._rebuild(batch, fake, self.paint.rebuilt)
            extra = extra + config.rebuild * figures["rebuild"]
        return loss + extra, {**figures, "loss_g": loss}

    def _rebuild(self, batch: Batch, fake: Painted, rows: Tensor) -> Tensor:
        """L1 between photos and what is painted from their own z, on pixels and frozen maps."""
        if not rows.any():
            return fake.kl.new_zeros(())
        real = (LAYOUT * batch.photos, *self.real_seen)
        made = (LAYOUT * fake.pictures, *self.fake_seen)
        gaps = [
            F.l1_loss(y[rows].float(), x[rows].float()) for x, y in zip(real, made, strict=True)
        ]
        return torch.stack(gaps).mean()

    def _energies(self, batch: Batch, fake: Painted) -> Figures:
        """Distances of this batch's pictures to its photos, in layout and in frozen features."""
        real = [places(x) for x in (LAYOUT * batch.photos, *self.real_seen)]
        made = [places(x) for x in (LAYOUT * fake.pictures, *self.fake_seen)]
        pairs = list(zip(real, made, strict=True))
        common, asked = batch.names.common(batch.asked), batch.asked.common(batch.asked)
        by_word = [energy_by_word(x, y, common, asked) for x, y in pairs]
        return {
            "energy": torch.stack([energy_distance(x, y) for x, y in pairs]).mean(),
            "word_energy": torch.stack(by_word).mean(),
        }

    def _adversarial(self, loss: Loss, real: Verdict, fake: Verdict, batch: Batch) -> Tensor:
        """Unconditional and per word everywhere; by name where the name is a known one."""
        config = self.config
        total = config.by_picture * loss(real.picture, fake.picture)
        if batch.conditional:
            known = ~batch.invented
            by_text = config.by_words * loss(real.words, fake.words)
            if known.any():
                by_text = by_text + config.by_name * loss(real.name[known], fake.name[known])
            total = total + batch.conditional * by_text
        return total

    @staticmethod
    def _penalty(verdict: Verdict, seen: Maps, weight: float) -> Tensor:
        if not weight:
            return verdict.name.new_zeros(())
        logits = verdict.picture.mean(dim=1) + verdict.name + verdict.words
        return weight * gradient_penalty(logits, seen)


def places(maps: Tensor) -> Tensor:
    """Maps (N, C, H, W) at 8×8 places, or fewer where they are smaller, a row a picture: (N, F)."""
    return F.adaptive_avg_pool2d(maps, min(8, maps.shape[-1])).flatten(1).float()


def build_objective(config: TrainConfig, vector_size: int, buckets: int) -> Objective:
    """The networks of `config`, freshly initialised, with the losses that belong to them.

    Raises ConfigError when `config.model` does not describe such a network.
    """
    try:
        return _build(config, {"vector_size": vector_size, "buckets": buckets})
    except ValidationError as error:
        raise ConfigError(f"[model] of {config.kind}: {error}") from error


def _build(config: TrainConfig, text: dict[str, int]) -> Objective:
    generator: Generators
    if config.kind == "dcgan":
        plain = DcganConfig.model_validate(config.model)
        generator = DcganGenerator(plain)
        paint: Painting = SketchPainting(generator, config, plain.noise, 1)
        return Objective(config, generator, DcganDiscriminator(plain), paint)
    if config.kind == "published":
        published = PublishedConfig.model_validate(
            config.model | {"vector_size": text["vector_size"]}
        )
        generator = PublishedGenerator(published)
        paint = SketchPainting(generator, config, published.noise, published.condition)
        judge: Discriminator = PublishedDiscriminator(published, generator.augment)
        return Objective(config, generator, judge, paint)
    if config.kind == "stage1":
        first = Stage1Config.model_validate(config.model | text)
        generator = Stage1Generator(first)
        paint = SketchPainting(generator, config, generator.noise, first.condition)
        critic = _on_frozen_features(config, first) or Stage1Discriminator(first)
        return Objective(config, generator, critic, paint)
    second = Stage2Config.model_validate(config.model | text)
    generator = Stage2Generator(second)
    paint = DetailPainting(generator, config, second.noise, second.condition)
    judge = _on_frozen_features(config, second) or Stage2Discriminator(second)
    return Objective(config, generator, judge, paint)


def _on_frozen_features(
    config: TrainConfig, text: Stage1Config | Stage2Config
) -> ProjectedDiscriminator | None:
    """The discriminator on frozen features, where the configuration wants it."""
    if not config.frozen_features:
        return None
    return ProjectedDiscriminator(
        text.vector_size, text.buckets, text.features, config.frozen_features, config.frozen_side
    )
