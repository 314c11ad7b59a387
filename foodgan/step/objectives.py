"""What each network is trained to do: one GAN step, on one screen.

N pictures of a batch; pictures are (N, 3, H, W) in [-1, 1].
"""

from typing import Protocol, cast

import torch
from pydantic import ValidationError
from torch import Tensor
from torch.nn import functional as F

from foodgan.augment import diff_augment
from foodgan.losses import (
    LOSSES,
    Loss,
    contrast,
    energy_distance,
    energy_score,
    gradient_penalty,
    mean_over,
)
from foodgan.models.dcgan import DcganConfig, DcganDiscriminator, DcganGenerator
from foodgan.models.generators import Generators, described
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
from foodgan.step.batch import Batch, uniform
from foodgan.step.config import ConfigError, TrainConfig, faults
from foodgan.step.fakes import DetailPainting, Figures, Painting, SketchPainting
from foodgan.text.encode import TokenBatch, collate

LAYOUT = 4.0  # weight of the pictures' own pixels beside the frozen features in an energy


class Teaching(Protocol):
    """Whoever can say how hard it is to see in pictures what their names say."""

    def loss(self, pictures: Tensor, names: TokenBatch) -> Tensor: ...


class Objective:
    """A generator, its discriminator, and the two losses of a step.

    teacher: whom the generator learns from as well, if anyone; `config.taught` says how much.
    """

    teacher: Teaching | None = None

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
        self.photos, self.painted = self._changed(batch, fake.pictures)
        look = self.discriminator.look
        self.real_seen, self.fake_seen = look(self.photos), look(self.painted)

    def _changed(self, batch: Batch, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Photos and pictures by DiffAugment. What belongs to one another changes alike."""
        n, policies, chance = len(batch.photos), self.config.augment, batch.random
        if not self.config.pair_energy:  # Stage-II has the photo of each picture
            alike = 1 if self.paint.paired is None else 2
            changed = diff_augment(torch.cat((batch.photos, pictures)), policies, chance, alike)
            return changed[:n].detach(), changed[n:]
        named, others = batch.photos.chunk(2)  # a name's photo and its two pictures
        changed = diff_augment(torch.cat((named, pictures)), policies, chance, alike=3)
        others = diff_augment(others, policies, chance)
        return torch.cat((changed[: n // 2].detach(), others)), changed[n // 2 :]

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
            off = config.by_name * self.loss_d(real.name, wrong.name).mean()
            off = off + config.by_words * self.loss_d(real.words, wrong.words).mean()
            loss = loss + batch.conditional * 0.5 * off
        figures = {"d_real": real.picture.mean(), "d_fake": painted.picture.mean()}
        if config.match and isinstance(judge, ProjectedDiscriminator):
            seen = (self.photos,) if config.own_sight else real_seen
            figures["match_d"] = self._match(seen, batch.names, batch)
            loss = loss + figures["match_d"]
        if config.patches and isinstance(judge, ProjectedDiscriminator):
            figures["patches_d"] = self._by_patch(self.loss_d, judge, self.painted.detach())
            loss = loss + figures["patches_d"]
            if batch.penalise:
                loss = loss + config.penalty_every * self._patch_penalty(judge, batch)
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
        loss, figures = self.paint.extra_loss(batch, fake)
        with torch.no_grad():
            asked = judge.names(batch.asked)
        painted = judge.judge(judge.features(self.fake_seen), asked)
        # The photos' logits are one update old: to judge them again costs a tenth of the step.
        figures["loss_g"] = self._adversarial(self.loss_g, self.real, painted, batch)
        loss = loss + config.adversarial * figures["loss_g"]
        if config.match:
            seen = (self.painted,) if config.own_sight else self.fake_seen
            figures["match_g"] = self._match(seen, batch.asked, batch)
            loss = loss + batch.conditional * config.match * figures["match_g"]
        if config.patches and isinstance(judge, ProjectedDiscriminator):
            figures["patches_g"] = self._by_patch(self.loss_g, judge, self.painted)
            loss = loss + config.patches * figures["patches_g"]
        if config.picture_features and self.paint.paired is not None:
            figures["picture_features"] = self._unlike(self.paint.paired)
            loss = loss + config.picture_features * figures["picture_features"]
        if self.teacher is not None:
            figures["taught"] = self.teacher.loss(self.painted, batch.asked)
            loss = loss + batch.conditional * config.taught * figures["taught"]
        if config.energy:
            figures["energy"] = self._energy(batch, fake)
            loss = loss + config.energy * figures["energy"]
        if config.pair_energy:
            figures["pair_energy"] = self._pair_energy(batch, fake)
            loss = loss + config.pair_energy * figures["pair_energy"]
        return loss, figures

    def _by_patch(self, loss: Loss, judge: ProjectedDiscriminator, painted: Tensor) -> Tensor:
        """Photos against pictures, patch by patch of their pixels."""
        assert judge.patches is not None
        real, made = judge.patches(torch.cat((self.photos, painted))).chunk(2)
        return loss(real, made).mean()

    def _patch_penalty(self, judge: ProjectedDiscriminator, batch: Batch) -> Tensor:
        """R1 and R2 of the mean patch: by random signs, whose mixed terms cancel on average."""
        assert judge.patches is not None
        seen = torch.cat((self.photos, self.painted.detach())).requires_grad_()
        logits = judge.patches(seen)
        signs = uniform(batch.random, *logits.shape).round() * 2 - 1
        drawn = (signs * logits).sum(dim=1) * logits.shape[1] ** -0.5
        return 2 * self.config.patch_r1 * gradient_penalty(drawn, (seen,))

    def _match(self, seen: Maps, names: TokenBatch, batch: Batch) -> Tensor:
        """How hard it is to tell each picture's name among all the names of this batch."""
        judge = cast(ProjectedDiscriminator, self.discriminator)
        among = collate((names, batch.wrong, batch.names))
        labelled = names.mask.any(dim=1)
        return contrast(judge.matcher(seen, among), names.same(among), labelled)

    def _unlike(self, paired: Tensor) -> Tensor:
        """L1 between pictures and their own photos, in frozen features: a perceptual loss.

        Johnson et al. 2016, arXiv:1603.08155.
        """
        rows = paired[:, None, None, None]
        gaps = [
            ((y - x).abs() * rows).mean()
            for x, y in zip(self.real_seen, self.fake_seen, strict=True)
        ]
        return torch.stack(gaps).mean()

    def _energy(self, batch: Batch, fake: Painted) -> Tensor:
        """Distance of this batch's pictures to its photos, in layout and in frozen features."""
        pairs = zip(self._real(batch), self._made(fake), strict=True)
        apart = [
            energy_distance(places(x, 8).flatten(1), places(y, 8).flatten(1)) for x, y in pairs
        ]
        return torch.stack(apart).mean()

    def _pair_energy(self, batch: Batch, fake: Painted) -> Tensor:
        """The score of the first half's photos under two pictures of each of their names.

        Over whole pictures and over places alone: the latter tells more of the colours.
        """
        half, known = len(batch.photos) // 2, ~batch.invented.chunk(2)[0]
        scores = []
        for x, y in zip(self._real(batch), self._made(fake), strict=True):
            real, made = places(x, 16), places(y, 16)
            triple = real[:half], made[:half], made[half:]
            scores.append(mean_over(energy_score(*triple), known))
            scores.append(mean_over(energy_score(*(part.flatten(1) for part in triple)), known))
        return torch.stack(scores).mean()

    def _real(self, batch: Batch) -> Maps:
        return (LAYOUT * batch.photos, *self.real_seen)

    def _made(self, fake: Painted) -> Maps:
        return (LAYOUT * fake.pictures, *self.fake_seen)

    def _adversarial(self, loss: Loss, real: Verdict, fake: Verdict, batch: Batch) -> Tensor:
        """Unconditional and per word everywhere; by name where the name is a known one."""
        config = self.config
        by_picture = config.by_picture * loss(real.picture, fake.picture).mean()
        by_words = config.by_words * loss(real.words, fake.words).mean()
        by_name = config.by_name * mean_over(loss(real.name, fake.name), ~batch.invented)
        return by_picture + batch.conditional * (by_words + by_name)

    @staticmethod
    def _penalty(verdict: Verdict, seen: Maps, weight: float) -> Tensor:
        if not weight:
            return verdict.name.new_zeros(())
        logits = verdict.picture.mean(dim=1) + verdict.name + verdict.words
        return weight * gradient_penalty(logits, seen)


def places(maps: Tensor, side: int) -> Tensor:
    """Maps (N, C, H, W) at side² places, or fewer where they are smaller: (N, C, P)."""
    return F.adaptive_avg_pool2d(maps, min(side, maps.shape[-1])).flatten(2).float()


def build_objective(
    config: TrainConfig, vector_size: int, buckets: int, first: Stage1Generator | None = None
) -> Objective:
    """The networks of `config`, freshly initialised, with the losses that belong to them.

    first: a trained Stage-I, ready to paint, whose sketches Stage-II learns from as well.

    Raises ConfigError when `config.model` does not describe such a network.
    """
    try:
        return _build(config, {"vector_size": vector_size, "buckets": buckets}, first)
    except ValidationError as error:
        raise ConfigError(f"[model] of {config.kind}: {faults(error)}") from error


def _build(
    config: TrainConfig, text: dict[str, int], sketcher: Stage1Generator | None
) -> Objective:
    generator: Generators
    network = described(config.kind, config.model, text)
    if config.kind == "dcgan":
        plain = DcganConfig.model_validate(network)
        generator = DcganGenerator(plain)
        paint: Painting = SketchPainting(generator, config, plain.noise, 1)
        return Objective(config, generator, DcganDiscriminator(plain), paint)
    if config.kind == "published":
        published = PublishedConfig.model_validate(network)
        generator = PublishedGenerator(published)
        paint = SketchPainting(generator, config, published.noise, published.condition)
        judge: Discriminator = PublishedDiscriminator(published, generator.augment)
        return Objective(config, generator, judge, paint)
    if config.kind == "stage1":
        first = Stage1Config.model_validate(network)
        generator = Stage1Generator(first)
        paint = SketchPainting(generator, config, generator.noise, first.condition)
        critic = _on_frozen_features(config, first) or Stage1Discriminator(first)
        return Objective(config, generator, critic, paint)
    second = Stage2Config.model_validate(network)
    generator = Stage2Generator(second)
    paint = DetailPainting(generator, config, sketcher)
    judge = _on_frozen_features(config, second) or Stage2Discriminator(second)
    return Objective(config, generator, judge, paint)


def _on_frozen_features(
    config: TrainConfig, text: Stage1Config | Stage2Config
) -> ProjectedDiscriminator | None:
    """The discriminator on frozen features, where the configuration wants it."""
    if not config.frozen_features:
        return None
    return ProjectedDiscriminator(
        text.vector_size,
        text.buckets,
        text.features,
        config.frozen_features,
        config.frozen_side,
        patches=config.patches > 0,
        own_sight=config.own_sight,
    )
