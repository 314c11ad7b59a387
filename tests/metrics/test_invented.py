"""The 64 invented names that every model is asked for."""

from foodgan.contract import dishname
from foodgan.metrics.invented import invented
from foodgan.text.kinds import KINDS, kind_of


def test_the_invented_names_are_64_eight_of_each_kind() -> None:
    names = invented()
    assert len(set(names)) == len(names) == 64
    assert [kind_of(name) for name in names] == [kind for kind in KINDS for _ in range(8)]
    assert [dishname.normalise(name) for name in names] == list(names)
