"""The name encoder and Conditioning Augmentation."""

from dataclasses import replace

import pytest
import torch
from torch import Generator
from torch.nn import functional as F

from foodgan.models.text import (
    LOG_VAR_MAX,
    LOG_VAR_MIN,
    LOG_VAR_START,
    ConditioningAugmentation,
    NameEncoder,
)
from foodgan.text.encode import TOKENS_MAX, TokenBatch, encode, null
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS

FEATURES, CONDITION = 16, 8


@pytest.fixture
def encoder() -> NameEncoder:
    torch.manual_seed(0)
    return NameEncoder(DIMENSIONS, BUCKETS, FEATURES)


@pytest.fixture
def augmentation() -> ConditioningAugmentation:
    torch.manual_seed(0)
    return ConditioningAugmentation(FEATURES, CONDITION)


def padded(names: TokenBatch, slots: int) -> TokenBatch:
    """The same names with so many more empty slots behind."""
    return TokenBatch(
        vectors=F.pad(names.vectors, (0, 0, 0, slots)),
        ngrams=F.pad(names.ngrams, (0, 0, 0, slots)),
        mask=F.pad(names.mask, (0, slots)),
        known=F.pad(names.known, (0, slots)),
        ids=F.pad(names.ids, (0, slots)),
    )


def test_a_name_without_words_is_the_learned_null(encoder: NameEncoder) -> None:
    with torch.no_grad():
        encoder.null.fill_(0.25)
    pooled = encoder(encode(["カレー", ""])).pooled
    assert torch.equal(pooled[1], encoder.null)
    assert not torch.equal(pooled[0], encoder.null)


def test_the_null_learns_from_names_without_words_alone(encoder: NameEncoder) -> None:
    encoder(encode(["カレー"])).pooled.sum().backward()
    assert encoder.null.grad is None or not encoder.null.grad.any()
    encoder(null(2)).pooled.sum().backward()
    assert encoder.null.grad is not None
    torch.testing.assert_close(encoder.null.grad, torch.full((FEATURES,), 2.0))


def test_padding_and_other_names_change_nothing(encoder: NameEncoder) -> None:
    alone = encoder(encode(["海老天うどん"])).pooled[0]
    more = encoder(padded(encode(["海老天うどん"]), 7)).pooled[0]
    among = encoder(encode(["", "チーズ味噌カツ丼", "海老天うどん"])).pooled[2]
    torch.testing.assert_close(more, alone)
    torch.testing.assert_close(among, alone)


def test_a_name_is_a_learned_mean_of_its_words(encoder: NameEncoder) -> None:
    names = encoder(encode(["チーズ味噌カツ丼"]))
    words = names.words[0][names.mask[0]]
    weights = torch.linalg.lstsq(words.T, names.pooled[0, :, None]).solution[:, 0]
    assert (weights > 0).all()
    assert weights.sum().item() == pytest.approx(1, abs=1e-4)


def test_attention_can_learn_to_hear_one_word(encoder: NameEncoder) -> None:
    names = encode(["虹色マグロカレーうどん"])
    adam = torch.optim.Adam(encoder.score.parameters(), 0.05)
    target = encoder(names).words[0, 1].detach()
    for _ in range(60):
        adam.zero_grad()
        loss = (encoder(names).pooled[0] - target).square().mean()
        loss.backward()
        adam.step()
    others = encoder(names).words[0][names.mask[0]][[0, 2]]
    left = (encoder(names).pooled[0] - target).norm()
    assert left < 0.3 * (others - target).norm(dim=1).min()


def test_the_order_of_words_does_not_count(encoder: NameEncoder) -> None:
    names = encode(["カレーうどん", "うどんカレー"])
    assert names.ids[0, :2].tolist() == names.ids[1, :2].flip(0).tolist()
    pooled = encoder(names).pooled
    torch.testing.assert_close(pooled[0], pooled[1])


def test_unknown_words_are_told_apart_by_their_letters(encoder: NameEncoder) -> None:
    names = encode(["ゔぁゔぁ", "ゐゑゐゑ"])
    blind = TokenBatch(
        torch.zeros_like(names.vectors), names.ngrams, names.mask, names.known, names.ids
    )
    pooled = encoder(blind).pooled
    assert (pooled[0] - pooled[1]).abs().max() > 0.01


def test_mu_can_be_negative_and_sigma_below_one(augmentation: ConditioningAugmentation) -> None:
    pooled = torch.randn(64, FEATURES, generator=Generator().manual_seed(1))
    condition, mu, _ = augmentation(pooled, torch.ones(64, CONDITION))
    assert mu.min() < -0.1
    assert mu.max() > 0.1
    sigma = condition - mu
    torch.testing.assert_close(sigma, torch.full_like(sigma, LOG_VAR_START).div(2).exp())


def test_the_noise_does_not_drown_the_name(augmentation: ConditioningAugmentation) -> None:
    # With a ReLU on mu and log sigma² sigma is 1 or more, and this share is near 1 or above.
    pooled = torch.randn(256, FEATURES, generator=Generator().manual_seed(1))
    noise = torch.randn(256, CONDITION, generator=Generator().manual_seed(2))
    condition, mu, _ = augmentation(pooled, noise)
    assert (condition - mu).std() < 0.5 * mu.std()


@pytest.mark.parametrize(("bias", "bound"), [(-100.0, LOG_VAR_MIN), (100.0, LOG_VAR_MAX)])
def test_log_sigma_squared_is_clamped(
    augmentation: ConditioningAugmentation, bias: float, bound: float
) -> None:
    torch.nn.init.constant_(augmentation.to_log_var.bias, bias)
    condition, mu, kl = augmentation(torch.zeros(1, FEATURES), torch.ones(1, CONDITION))
    expected = torch.full((1, CONDITION), bound / 2).exp()
    torch.testing.assert_close(condition - mu, expected)
    assert kl.isfinite()


def test_the_divergence_from_a_standard_normal_is_zero_and_else_its_formula(
    augmentation: ConditioningAugmentation,
) -> None:
    for layer in (augmentation.to_mu, augmentation.to_log_var):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    pooled, noise = torch.randn(3, FEATURES), torch.randn(3, CONDITION)
    condition, _, kl = augmentation(pooled, noise)
    assert kl.item() == 0
    torch.testing.assert_close(condition, noise)
    torch.nn.init.constant_(augmentation.to_mu.bias, 2.0)
    assert augmentation(pooled, noise)[2].item() == pytest.approx(2.0)  # ½ mu²


def test_the_condition_carries_gradients_to_mu_and_sigma(
    augmentation: ConditioningAugmentation,
) -> None:
    condition, _, _ = augmentation(torch.randn(4, FEATURES), torch.ones(4, CONDITION))
    condition.sum().backward()
    for layer in (augmentation.to_mu, augmentation.to_log_var):
        assert layer.weight.grad is not None
        assert layer.weight.grad.any()


def test_a_weight_of_one_changes_no_bit(encoder: NameEncoder) -> None:
    names = encode(["抹茶ラーメン", "カレー", ""])
    plain = encoder(names).pooled
    assert torch.equal(encoder(names, torch.ones(names.mask.shape)).pooled, plain)


def test_a_word_of_weight_nought_is_unheard(encoder: NameEncoder) -> None:
    names = encode(["抹茶ラーメン", "ラーメン"])
    weights = torch.ones(names.mask.shape)
    weights[0, 0] = 0
    pooled = encoder(names, weights).pooled
    torch.testing.assert_close(pooled[0], pooled[1])


def test_a_name_of_which_nothing_is_heard_is_the_learned_null(encoder: NameEncoder) -> None:
    names = encode(["カレー"])
    pooled = encoder(names, torch.zeros(names.mask.shape)).pooled
    assert torch.equal(pooled[0], encoder.null)


def test_a_heavier_word_is_heard_more_and_at_the_most_alone(encoder: NameEncoder) -> None:
    names = encode(["抹茶ラーメン"] * 3 + ["抹茶"])
    weights = torch.ones(names.mask.shape)
    weights[:3, 0] = torch.tensor([1.0, 2.0, 3.0])
    plain, heavier, most, alone = encoder(names, weights).pooled
    torch.testing.assert_close(heavier, (plain + alone) / 2)
    torch.testing.assert_close(most, alone)


def test_two_heavier_words_share_what_the_others_lose(encoder: NameEncoder) -> None:
    names = encode(["抹茶苺ラーメン", "抹茶", "苺"])
    weights = torch.ones(names.mask.shape)
    weights[0, :2] = 3
    both, first, second = encoder(names, weights).pooled
    torch.testing.assert_close(both, (first + second) / 2)
    weights[0, :2] = 2  # half-way: together they take what one of them would
    plain = encoder(names).pooled[0]
    torch.testing.assert_close(encoder(names, weights).pooled[0], (plain + both) / 2)


def test_empty_places_for_letters_do_not_count(encoder: NameEncoder) -> None:
    names = encode(["ゔぁ", "チーズ味噌カツ丼"])
    assert (names.ngrams[names.mask] == 0).any()
    more = replace(names, ngrams=F.pad(names.ngrams, (0, 9)))
    torch.testing.assert_close(encoder(more).pooled, encoder(names).pooled)
    with torch.no_grad():
        encoder.from_ngrams.weight[0] = 9.0
    torch.testing.assert_close(encoder(more).pooled, encoder(names).pooled)


@pytest.fixture
def knowing(encoder: NameEncoder) -> NameEncoder:
    """The same encoder, which knows the last word from now on."""
    made = NameEncoder(DIMENSIONS, BUCKETS, FEATURES, knows_last=True)
    made.load_state_dict(made.state_dict() | encoder.state_dict())
    return made.requires_grad_(False)


def test_the_last_word_is_another_word_than_the_same_one_elsewhere(
    encoder: NameEncoder, knowing: NameEncoder
) -> None:
    assert knowing.last is not None
    torch.nn.init.normal_(knowing.last.shift.weight)
    names = encode(["カレーうどん", "うどんカレー"])
    plain, known = encoder(names).words, knowing(names).words
    torch.testing.assert_close(plain[0, 1], plain[1, 0])
    assert (known[0, 1] - known[1, 0]).abs().max() > 0.01
    torch.testing.assert_close(known[0, 0], plain[0, 0])  # カレー, not last, as ever


def test_the_last_word_leads_by_its_score(knowing: NameEncoder) -> None:
    names = encode(["鮭カレーうどん"])
    last = knowing(names).words[:, 2]
    assert knowing.last is not None
    apart = []
    for lead in (0.0, 2.0, 30.0):
        knowing.last.lead.fill_(lead)
        apart.append(float((knowing(names).pooled - last).norm()))
    assert apart[0] > 1.2 * apart[1] > 0
    assert apart[2] < 1e-4


def test_until_it_has_learned_the_last_word_is_as_any_other(
    encoder: NameEncoder, knowing: NameEncoder
) -> None:
    names = encode(["鮭カレーうどん", "カレー", ""])
    assert torch.equal(knowing(names).pooled, encoder(names).pooled)


def test_padding_does_not_make_another_word_the_last(knowing: NameEncoder) -> None:
    assert knowing.last is not None
    torch.nn.init.normal_(knowing.last.shift.weight)
    names = encode(["鮭カレーうどん", "カレー", ""])
    torch.testing.assert_close(knowing(padded(names, 3)).pooled, knowing(names).pooled)


@pytest.mark.parametrize("tokens", [0, 1, 2, TOKENS_MAX])
def test_a_name_without_its_padding_is_heard_as_it_was(knowing: NameEncoder, tokens: int) -> None:
    assert knowing.last is not None
    torch.nn.init.normal_(knowing.last.shift.weight)
    names = encode(["カレーうどん" * 6]).keep(torch.arange(TOKENS_MAX) < tokens)
    assert names.mask.sum() == tokens
    assert names.trimmed().mask.shape == (1, max(tokens, 1))
    torch.testing.assert_close(knowing(names.trimmed()).pooled, knowing(names).pooled)
