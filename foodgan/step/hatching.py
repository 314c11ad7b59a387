"""Hatching: fine detail that repeats every few pixels, as generators leave it and cameras do not.

What a generator enlarges it marks with the grid that it came from, and a spectrum shows the grid as
peaks: Zhang et al. 2019, arXiv:1907.06515.
"""

import torch
from torch import Tensor

PERIOD = 8  # pixels: Stage-II's coarsest grid; finer ones have peaks among the same frequencies
BESIDE = 4  # bins around a peak that are held against it; a Hann window's own peak is 3 wide


def hatching(pictures: Tensor) -> Tensor:
    """Power at multiples of 1/8 cycle a pixel over the power beside them: a scalar.

    About 1 where nothing repeats. pictures (N, 3, S, S), S a multiple of 8 and at least 64.
    """
    power = _spectrum(pictures.float().mean(dim=1))
    side, device = power.shape[-1], power.device
    at = torch.arange(0, side, side // PERIOD, device=device)
    reach = torch.arange(-BESIDE, BESIDE + 1, device=device)
    lines = (at[:, None] + reach).remainder(side)
    around = power[lines[:, None, :, None], lines[None, :, None, :]].flatten(0, 1)
    far = torch.maximum(reach.abs()[:, None], reach.abs())
    peaks, plain = (far <= 1).float(), (far >= BESIDE - 1).float()
    found = around[1:]  # the first is the mean's
    excess: Tensor = (found * peaks).sum() / (found * plain).sum() * plain.sum() / peaks.sum()
    return excess


def _spectrum(grey: Tensor) -> Tensor:
    """Mean power (S, S) of N pictures, windowed: their edges do not meet."""
    window = torch.hann_window(grey.shape[-1], periodic=True, device=grey.device)
    level = grey - grey.mean(dim=(1, 2), keepdim=True)
    power: Tensor = torch.fft.fft2(level * window[:, None] * window).abs().square().mean(dim=0)
    return power
