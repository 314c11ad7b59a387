"""A painter's stages as CUDA graphs: a pass of a size seen before is one launch a stage.

A GPU is done with the kernels of one picture before Python has asked for half of them.
"""

import logging
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from foodgan.painting.painter import Painter

MOST = 16  # pictures of a pass that is recorded: larger ones wait for their kernels anyway
WARM_UP = 2  # passes as usual before a size is recorded: they load kernels and allocate

log = logging.getLogger(__name__)

Pass = Callable[..., Tensor]


def record(painter: Painter, most: int = MOST) -> None:
    """Let a GPU's painter record both stages for each number of pictures up to `most`, once asked.

    All recordings share their memory, which is that of the largest.
    """
    pool = torch.cuda.graph_pool_handle()
    painter.first_pass = Recorded(painter.first_pass, pool, most)
    painter.second_pass = Recorded(painter.second_pass, pool, most)


class Recorded:
    """Does what `paint` does, by a CUDA graph for each shape of the first thing given.

    paint: tensors of N pictures to pictures, on the device alone. pool: of memory, shared by what
    never runs at the same time. most: N above which all goes as usual; so does everything once a
    recording has failed.
    """

    def __init__(self, paint: Pass, pool: Any, most: int) -> None:
        self._paint, self._pool, self._most = paint, pool, most
        self._known: dict[torch.Size, tuple[torch.cuda.CUDAGraph, tuple[Tensor, ...], Tensor]] = {}

    def __call__(self, *given: Tensor) -> Tensor:
        shape = given[0].shape
        if shape[0] > self._most:
            return self._paint(*given)
        if shape not in self._known:
            try:
                self._known[shape] = self._record(given)
            except torch.OutOfMemoryError:
                raise  # whoever asked for so many knows what to do
            except RuntimeError as error:
                log.warning("passes cannot be recorded and run as usual: %s", error)
                self._most = 0
                return self._paint(*given)
        graph, inputs, pictures = self._known[shape]
        for old, new in zip(inputs, given, strict=True):
            old.copy_(new)
        graph.replay()
        return pictures.clone()  # the next replay of any recording may overwrite them

    def _record(
        self, given: tuple[Tensor, ...]
    ) -> tuple[torch.cuda.CUDAGraph, tuple[Tensor, ...], Tensor]:
        inputs = tuple(tensor.clone() for tensor in given)
        graph, stream = torch.cuda.CUDAGraph(), torch.cuda.Stream(given[0].device)
        usual = torch.cuda.current_stream()
        stream.wait_stream(usual)
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                self._paint(*inputs)
        usual.wait_stream(stream)
        try:
            with torch.cuda.graph(graph, self._pool, stream, capture_error_mode="thread_local"):
                pictures = self._paint(*inputs)
        finally:
            torch.cuda.set_stream(usual)  # torch leaves the other only where all went well
        return graph, inputs, pictures
