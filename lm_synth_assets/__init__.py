"""A fictional health region as Dagster assets: synthetic, for non-production testing.

`defs` is loaded on first use, so that importing the package for its command line or its configuration does
not import Dagster; and without the packages that only computing needs.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lm_synth_assets.definitions import defs

__all__ = ["defs"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "defs":
        from lm_synth_assets.loading import ONLY_TO_COMPUTE, all_kept, put_off

        with all_kept(), put_off(ONLY_TO_COMPUTE):
            from lm_synth_assets.definitions import defs

        globals()[name] = defs
        return defs
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
