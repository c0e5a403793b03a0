"""Names and identities of the project's parts: the same in every project that is made."""

from typing import Final
from uuid import NAMESPACE_URL, uuid5

PROJECT: Final = "lm_synth"
"""The name of the project's file and folders."""

REPORT: Final = f"{PROJECT}.Report"
SEMANTIC_MODEL: Final = f"{PROJECT}.SemanticModel"

_PARTS = uuid5(NAMESPACE_URL, "https://github.com/lm-synth/powerbi")


def identity(*path: str) -> str:
    """The UUID of a part of the project, by its path: ("table", "dim_site")."""
    return str(uuid5(_PARTS, "/".join(path)))
