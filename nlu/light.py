"""`python -m nlu.light MODULE …`: runs a module as `python -m` does, TensorFlow left out until it is used.

Rasa and spaCy import it (400 MB) wherever they are loaded, and nothing that we serve computes with it.
"""

from __future__ import annotations

import importlib
import runpy
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

# Every extractor imports it, to train; it is what imports TensorFlow.
_LATE = frozenset({"rasa.utils.train_utils"})
_HEAVY = "tensorflow"


class LateModules(MetaPathFinder):
    """Leaves these modules to be read when something in them is first asked for, as importlib's LazyLoader does."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None for all other modules: the finders behind this one have them."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname in _LATE else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


def lighten() -> None:
    """To be called before Rasa or spaCy is imported; whoever needs TensorFlow later still gets it."""
    sys.meta_path.insert(0, LateModules())
    if _HEAVY in sys.modules:
        return
    # thinc, which spaCy stands on, offers TensorFlow's layers where there is one: here it finds none.
    sys.modules[_HEAVY] = None  # type: ignore[assignment]  # Python's own way to say that a module is not to be had
    try:
        importlib.import_module("thinc.compat")
    finally:
        del sys.modules[_HEAVY]


if __name__ == "__main__":
    lighten()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
