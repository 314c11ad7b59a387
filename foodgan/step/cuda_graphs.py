"""A training step as a CUDA graph: thousands of small kernels by one launch.

A GPU is done with a step of networks as small as these before Python has asked for half of it.
Recorded once, a step costs what its kernels cost. Kwon et al. 2020 (Nimble), arXiv:2012.02732, have
the idea; torch's notes on CUDA graphs the rules: no shape may hang on data, nothing be read back.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch
from torch import Generator, Tensor

from foodgan.step.batch import Batch

log = logging.getLogger(__name__)

Figures = dict[str, Tensor]
Learn = Callable[[Batch], Figures]

WARM_UP = 3  # steps of each kind as usual: they allocate, and let cuDNN choose its kernels


class RecordedStep:
    """Does what `learn` does, from its fourth step of a kind on as one launch.

    learn: a step that touches the device alone; every batch must have the shapes of the first.
    random: the generator of each batch, seeded anew before every call.
    """

    def __init__(self, learn: Learn, random: Generator) -> None:
        self.learn, self.random = learn, random
        self.stream = torch.cuda.Stream(random.device)
        self.inputs: Batch | None = None
        self.usual: Counter[bool] = Counter()
        self.recorded: dict[bool, tuple[torch.cuda.CUDAGraph, Figures]] = {}
        self.refused = False  # a step that cannot be recorded goes on as usual

    def __call__(self, batch: Batch) -> Figures:
        """Figures are overwritten by the next step of the same kind."""
        if self.inputs is None:
            self.inputs = batch
        else:
            _copy(batch, self.inputs)
        kind = batch.penalise
        inputs = replace(self.inputs, penalise=kind)
        if kind not in self.recorded and self.usual[kind] >= WARM_UP and not self.refused:
            self._record(inputs)
        if kind not in self.recorded:
            self.usual[kind] += 1
            return self._aside(inputs)
        graph, figures = self.recorded[kind]
        graph.replay()
        return figures

    def _aside(self, inputs: Batch) -> Figures:
        """As usual, on the stream that will record: what autograd keeps must belong to it."""
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            figures = self.learn(inputs)
        torch.cuda.current_stream().wait_stream(self.stream)
        return figures

    def _record(self, inputs: Batch) -> None:
        kind, graph, usual = inputs.penalise, torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        graph.register_generator_state(self.random)
        try:
            # Loaders pin memory meanwhile, in a thread of theirs: that is none of this recording.
            with torch.cuda.graph(graph, stream=self.stream, capture_error_mode="thread_local"):
                figures = self.learn(inputs)
        except RuntimeError as error:
            # torch comes back to the stream, and the generator out of the recording, only where
            # one ends well.
            torch.cuda.set_stream(usual)
            fresh = Generator(self.random.device)
            self.random.graphsafe_set_state(fresh.graphsafe_get_state())
            self.refused = True
            log.warning("the step cannot be recorded and runs as usual: %s", error)
        else:
            self.recorded[kind] = graph, figures
            log.info("the step is recorded, %s penalty", "with" if kind else "without")


def _copy(source: Any, target: Any) -> None:
    """Every tensor of a dataclass into that of another, where the graph reads it."""
    for field in fields(source):
        new, old = getattr(source, field.name), getattr(target, field.name)
        if isinstance(new, Tensor):
            old.copy_(new)
        elif is_dataclass(new):
            _copy(new, old)
