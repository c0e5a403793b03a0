"""The Power BI project as tests read it: the files that the code makes, and the model in them."""

from collections.abc import Mapping
from functools import cache

from lm_synth_assets.powerbi.identity import SEMANTIC_MODEL
from lm_synth_assets.powerbi.project import project_files
from lm_synth_assets.powerbi.source import Source
from lm_synth_assets_tests.support.tmdl_reader import Model, read_model

DEFINITION = f"{SEMANTIC_MODEL}/definition/"


@cache
def made() -> Mapping[str, str]:
    """By path, the files of the project with the default parameters."""
    return project_files(Source())


def definition(files: Mapping[str, str]) -> dict[str, str]:
    """By path within it, the files of a project's semantic model."""
    return {
        path.removeprefix(DEFINITION): text for path, text in files.items() if path.startswith(DEFINITION)
    }


@cache
def model() -> Model:
    """The semantic model of the project."""
    return read_model(definition(made()))
