"""The blog post's claims beside what is measured when its attempts are trained again.

130 dishes with unique names, here drawn ones, so that the truth of each picture is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from foodgan.experiment.plan import Plan
from foodgan.experiment.results import MEASURES, Measure, Row, rows, untrained

ACCURACY, GUESSING, GAINED, _, _, _, _, KID, _, _, RHO, SUSPICIOUS, SPREAD = MEASURES


@dataclass(frozen=True)
class Claim:
    """said: by the blog post; measured: a sentence with figures."""

    said: str
    measured: str


def claims(by_arm: Mapping[str, Row], plain: Mapping[str, Row]) -> list[Claim]:
    """plain: baselines without training. Of what is missing a claim says so."""
    published, augmented = by_arm.get("published"), by_arm.get("published-augmented")
    recipe, average = by_arm.get("recipe"), plain.get("average")
    bce, bce_augmented = by_arm.get("dcgan-bce"), by_arm.get("dcgan-augmented")
    hinge, squashed = by_arm.get("dcgan-hinge"), by_arm.get("dcgan-hinge-sigmoid")
    copycat = plain.get("augmented-copycat")
    return [
        Claim(
            "Stage-I never came together.",
            f"As published: {_show(published, ACCURACY)} of the attributes that an unseen name "
            f"states are right, {_show(published, GUESSING)} under another name; FoodKID "
            f"{_show(published, KID)}, {_show(average, KID)} for the mean of all training "
            f"pictures; spread within a name {_show(published, SPREAD)} of real.",
        ),
        Claim(
            "The DCGAN copied its training photos.",
            f"ρ in shape {_show(bce, RHO)} (1 is new, the augmented copycat has "
            f"{_show(copycat, RHO)}); {_show(bce, SUSPICIOUS)} of its "
            "pictures are suspiciously close to a training picture, .01 of new ones are.",
        ),
        Claim(
            "Hinge loss helped another GAN, but stopped this DCGAN from learning.",
            f"FoodKID with BCE {_show(bce, KID)}, with hinge {_show(hinge, KID)}, with hinge on "
            f"top of a sigmoid, as in much code, {_show(squashed, KID)}.",
        ),
        Claim(
            "DiffAugment did not save it.",
            f"As published, FoodKID {_show(published, KID)} without and "
            f"{_show(augmented, KID)} with it; DCGAN {_show(bce, KID)} and "
            f"{_show(bce_augmented, KID)}, ρ in shape {_show(bce, RHO)} and "
            f"{_show(bce_augmented, RHO)}.",
        ),
        Claim(
            "130 photos with unique names are far too few.",
            f"Our recipe on the same pictures: {_show(recipe, ACCURACY)} of the attributes right, "
            f"{_show(recipe, GUESSING)} under another name, a difference of "
            f"{_show(recipe, GAINED)}; FoodKID {_show(recipe, KID)}, ρ in shape "
            f"{_show(recipe, RHO)}.",
        ),
    ]


def told(plan: Plan) -> list[Claim]:
    """The claims of a plan that has been carried out, all of it or as far as it came."""
    paths = [plan.result(arm, seed) for arm in plan.arms for seed in plan.seeds]
    both = [*rows(paths, "at_equal_time"), *rows(paths, "at_equal_pictures")]
    plain = untrained(plan.untrained)
    return claims({row.arm: row for row in both}, {row.arm: row for row in plain})


def _show(row: Row | None, measure: Measure) -> str:
    if row is None:
        return "(not measured yet)"
    found = row.of(measure)
    return "—" if found is None else str(found)
