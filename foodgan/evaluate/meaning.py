"""What each figure means, in one sentence, and which controls stand beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from foodgan.contract import phrases


@dataclass(frozen=True)
class Meaning:
    """key: of the figure; phrase: what it means; controls: what to call each, and its key."""

    key: str
    title: str
    phrase: str
    controls: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What it means, in English, as cards have it."""
        return phrases.say("en", self.phrase)


def _kid(key: str, seen: str, phrase: str = "report-means-distance") -> Meaning:
    return Meaning(
        key,
        f"FoodKID, {seen}",
        phrase,
        {
            "photos of the same names": f"{key}_floor_train_to_test",
            "blurred photos": f"{key}_control_blurred",
            "flat colours": f"{key}_control_flat_colours",
        },
    )


def _unchosen(key: str, seen: str) -> Meaning:
    return Meaning(
        f"{key}_unchosen",
        f"FoodKID, {seen}, photos that `model choose` does not look at",
        "report-means-unchosen",
    )


def _more_words(key: str, seen: str) -> Meaning:
    key = f"{key}_more_words"
    return Meaning(
        key,
        f"Names of two words or more, read by {seen}",
        "report-means-more-words",
        {"held-out photos": f"{key}_held_out_photos"},
    )


MEANINGS = (
    _kid("kid", "random convolutions"),
    _kid("kid_judge", "judges", "report-means-judges"),
    _kid("kid_fine", "surfaces at 256 pixels"),
    _kid("kid_coarse", "shapes at 256 pixels"),
    _unchosen("kid", "random convolutions"),
    _unchosen("kid_judge", "judges"),
    Meaning(
        "manifold",
        "Precision, recall, density, coverage",
        "report-means-manifold",
        {"photos of the same names": "manifold_floor_train_to_test"},
    ),
    Meaning(
        "rho",
        "ρ, colours and textures",
        "report-means-rho",
        {"copycat": "rho_control_copycat", "augmented copycat": "rho_control_augmented"},
    ),
    Meaning(
        "rho_shapes",
        "ρ, shapes",
        "report-means-rho-shapes",
        {
            "copycat": "rho_shapes_control_copycat",
            "augmented copycat": "rho_shapes_control_augmented",
        },
    ),
    Meaning(
        "suspicious_share",
        "Suspiciously near a photo",
        "report-means-suspicious-share",
        {
            "copycat": "suspicious_control_copycat",
            "augmented copycat": "suspicious_control_augmented",
        },
    ),
    Meaning(
        "authenticity",
        "Authenticity",
        "report-means-authenticity",
        {
            "held-out photos": "authenticity_held_out_photos",
            "copycat": "authenticity_control_copycat",
        },
    ),
    Meaning(
        "r_precision",
        "Names, read by random convolutions",
        "report-means-r-precision",
        {
            "held-out photos": "r_precision_held_out_photos",
            "wrong names": "r_precision_control_shuffled",
        },
    ),
    _more_words("r_precision", "random convolutions"),
    Meaning(
        "r_precision_imagenet",
        "Names, read by ImageNet features",
        "report-means-r-precision-imagenet",
        {
            "held-out photos": "r_precision_imagenet_held_out_photos",
            "wrong names": "r_precision_imagenet_control_shuffled",
        },
    ),
    _more_words("r_precision_imagenet", "ImageNet features"),
    Meaning(
        "base_dish",
        "Looks like the base dish",
        "report-means-base-dish",
        {
            "held-out photos": "base_dish_held_out_photos",
            "photos of names it was not shown": "base_dish_left_out_names",
            "wrong names": "base_dish_control_shuffled",
            "chance": "base_dish_chance",
        },
    ),
    Meaning(
        "base_dish_by_kind",
        "The same, by kind",
        "report-means-base-dish-by-kind",
        {"held-out photos": "base_dish_by_kind_held_out_photos"},
    ),
    Meaning(
        "topping",
        "Shows its topping",
        "report-means-topping",
        {"wrong names": "topping_control_shuffled", "chance": "topping_chance"},
    ),
    Meaning(
        "spread_within_name",
        "Spread within a name",
        "report-means-spread-within-name",
    ),
    Meaning(
        "colour_agreement",
        "Colours follow the name",
        "report-means-colour-agreement",
        {
            "training photos": "colour_agreement_photos",
            "wrong names, 95 %": "colour_agreement_shuffled_95",
        },
    ),
    Meaning(
        "names_apart",
        "Names apart",
        "report-means-names-apart",
    ),
    Meaning(
        "alike",
        "Near-identical pictures",
        "report-means-alike",
    ),
    Meaning(
        "hatching",
        "Hatching",
        "report-means-hatching",
        {"held-out photos": "hatching_held_out_photos"},
    ),
    Meaning(
        "fine_hue",
        "Hue at single pixels",
        "report-means-fine-hue",
        {"held-out photos": "fine_hue_held_out_photos"},
    ),
)


NOTHING = 5e-5  # what rounding may leave of 0


def shown(value: object, locale: str = "en") -> str:
    """A figure for people: 0.1234, mean (low … high), or its parts by name."""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) >= NOTHING else "0"
    if isinstance(value, Mapping):
        if set(value) == {"mean", "low", "high"}:
            return f"{value['mean']:.4g} ({value['low']:.3g} … {value['high']:.3g})"
        return ", ".join(f"{name} {shown(part, locale)}" for name, part in value.items())
    if isinstance(value, list):
        return " ".join(shown(part, locale) for part in value) or phrases.say(locale, "report-none")
    return phrases.say(locale, "report-not-measured") if value is None else str(value)


def controls(
    meaning: Meaning, figures: Mapping[str, Any], locale: str = "en"
) -> list[tuple[str, str]]:
    """What stands beside a figure: names and values of the controls that were measured."""
    present = [(name, key) for name, key in meaning.controls.items() if key in figures]
    return [(name, shown(figures[key], locale)) for name, key in present]
