"""What each figure means, in one sentence, and which controls stand beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Meaning:
    """key: of the figure; controls: what to call each, and its key."""

    key: str
    title: str
    sentence: str
    controls: Mapping[str, str] = field(default_factory=dict)


def _kid(key: str, seen: str) -> Meaning:
    return Meaning(
        key,
        f"FoodKID, {seen}",
        "Distance of the pictures to held-out photos; 0 is no difference. It compares models only "
        "within one feature network, and is no FID.",
        {
            "photos of the same names": f"{key}_floor_train_to_test",
            "blurred photos": f"{key}_control_blurred",
            "flat colours": f"{key}_control_flat_colours",
        },
    )


def _unchosen(key: str, seen: str) -> Meaning:
    return Meaning(
        f"{key}_unchosen",
        f"FoodKID, {seen}, photos that chose nothing",
        "The same distance to the half of the held-out photos that `foodgan model choose` never "
        "looks at when it chooses a snapshot.",
    )


MEANINGS = (
    _kid("kid", "random convolutions"),
    _kid("kid_judge", "judge"),
    _kid("kid_fine", "surfaces at 256 pixels"),
    _kid("kid_coarse", "shapes at 256 pixels"),
    _unchosen("kid", "random convolutions"),
    _unchosen("kid_judge", "judge"),
    Meaning(
        "manifold",
        "Precision, recall, density, coverage",
        "Precision and density: how many pictures lie among the photos. Recall and coverage: how "
        "many photos have a picture near by.",
        {"photos of the same names": "manifold_floor_train_to_test"},
    ),
    Meaning(
        "rho",
        "ρ, colours and textures",
        "Distance to the nearest training photo, over that of photos never seen: near 0 for "
        "copies, 1 for pictures as new as new photos. Bad pictures are also far from photos.",
        {"copycat": "rho_control_copycat", "augmented copycat": "rho_control_augmented"},
    ),
    Meaning(
        "rho_shapes",
        "ρ, shapes",
        "The same for brightness alone, over mirrored and cropped training photos.",
        {
            "copycat": "rho_shapes_control_copycat",
            "augmented copycat": "rho_shapes_control_augmented",
        },
    ),
    Meaning(
        "suspicious_share",
        "Suspiciously near a photo",
        "Share of pictures closer in shape to a training photo than all but 1 % of new photos.",
        {
            "copycat": "suspicious_control_copycat",
            "augmented copycat": "suspicious_control_augmented",
        },
    ),
    Meaning(
        "authenticity",
        "Authenticity",
        "Share of pictures that are no noisy copy: their nearest training photo has a nearer "
        "neighbour among the photos.",
        {
            "held-out photos": "authenticity_held_out_photos",
            "copycat": "authenticity_control_copycat",
        },
    ),
    Meaning(
        "r_precision",
        "Names, read by random convolutions",
        "Share of pictures that fit the asked name best among 100, half of those one word off; "
        "chance is .01. The reader is weak, but no training ever used what it sees through.",
        {
            "held-out photos": "r_precision_held_out_photos",
            "wrong names": "r_precision_control_shuffled",
        },
    ),
    Meaning(
        "r_precision_imagenet",
        "Names, read by ImageNet features",
        "The same with a better reader. No training used what it sees through; the network that "
        "taught the shipped generator is a relative of it, as both learned ImageNet's labels.",
        {
            "held-out photos": "r_precision_imagenet_held_out_photos",
            "wrong names": "r_precision_imagenet_control_shuffled",
        },
    ),
    Meaning(
        "base_dish",
        "Looks like the base dish",
        "Share of pictures of fixed invented names (64, eight a kind) that a classifier of photos "
        "takes for the kind that the name ends in. It sees through the same network as the reader "
        "by ImageNet features, which no training used.",
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
        "A kind that held-out photos lack is missing beside it.",
        {"held-out photos": "base_dish_by_kind_held_out_photos"},
    ),
    Meaning(
        "topping",
        "Shows its topping",
        "Share of pictures of 192 other fixed invented names (24 dishes, eight toppings) that fit "
        "their own topping best among the eight of their dish, by the reader that sees ImageNet "
        "features. The more a dish is heard, the less is its topping: beside the base dish.",
        {"wrong names": "topping_control_shuffled", "chance": "topping_chance"},
    ),
    Meaning(
        "spread_within_name",
        "Spread within a name",
        "How unlike pictures of one name are; the ratio is over photos of one name, and goal is 1.",
    ),
    Meaning(
        "colour_agreement",
        "Colours follow the name",
        "Correlation of a name's mean colour in pictures and in photos; 1 is full agreement.",
        {"wrong names, 95 %": "colour_agreement_shuffled_95"},
    ),
    Meaning(
        "names_apart",
        "Names apart",
        "Distance of two names inside the model, in units of the noise put on them; below 2 the "
        "name drowns.",
    ),
    Meaning(
        "alike",
        "Near-identical pictures",
        "Share of pictures with a twin as near as only 1 % of photos have.",
    ),
    Meaning(
        "hatching",
        "Hatching",
        "Fine detail that repeats on the grid of 8 pixels that the picture was enlarged from, over "
        "detail beside it in the spectrum; about 1 where nothing repeats.",
        {"held-out photos": "hatching_held_out_photos"},
    ),
    Meaning(
        "fine_hue",
        "Hue at single pixels",
        "How much of the deviation of hue lies at single pixels; where it is more than in photos, "
        "there are coloured seams and specks.",
        {"held-out photos": "fine_hue_held_out_photos"},
    ),
)


NOTHING = 5e-5  # what rounding may leave of 0


def shown(value: object) -> str:
    """A figure for people: 0.1234, mean (low … high), or its parts by name."""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) >= NOTHING else "0"
    if isinstance(value, Mapping):
        if set(value) == {"mean", "low", "high"}:
            return f"{value['mean']:.4g} ({value['low']:.3g} … {value['high']:.3g})"
        return ", ".join(f"{name} {shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return " ".join(map(str, value)) or "none"
    return "not measured" if value is None else str(value)


def controls(meaning: Meaning, figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What stands beside a figure: names and values of the controls that were measured."""
    return [(n, shown(figures[key])) for n, key in meaning.controls.items() if key in figures]
