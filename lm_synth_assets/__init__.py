"""A fictional health region as Dagster assets: synthetic, for non-production testing.

`defs` is loaded on first use, so that importing the package for its command line or its configuration does
not import Dagster.
"""

from typing import TYPE_CHECKING, Any

from lm_synth_assets.version import __version__

if TYPE_CHECKING:
    from lm_synth_assets.definitions import defs

__all__ = ["__version__", "defs"]


def __getattr__(name: str) -> Any:
    if name == "defs":
        from lm_synth_assets.definitions import defs

        globals()[name] = defs
        return defs
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
