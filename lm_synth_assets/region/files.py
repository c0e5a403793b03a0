"""Configuration files: where they lie, and the region that one of them describes.

All problems are reported at once, each with its file, line and path.
"""

from collections.abc import Container
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from lm_synth_assets.region.agreement import disagreements
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.problems import Problem, error_of, locate
from lm_synth_assets.region.reading.coverage import COVERAGE, coverage_of
from lm_synth_assets.region.reading.overlay import overlaid, read_chain
from lm_synth_assets.region.validation import problems_of

_PACKAGE = Path(__file__).parents[1]
_PROJECT_CONFIGS = _PACKAGE.parent / "configs"
CONFIG_FOLDER = _PROJECT_CONFIGS if _PROJECT_CONFIGS.is_dir() else _PACKAGE / "configs"
DEFAULT_CONFIG = CONFIG_FOLDER / "lower_mainland_defaults.yaml"


def load_region(path: str | Path = DEFAULT_CONFIG) -> Region:
    """The region that a configuration file describes.

    Raises ConfigError for a file that cannot be read, is not YAML, or holds a value that is not allowed.
    """
    sources = read_chain(Path(path))
    values, inheritance = overlaid(sources)
    coverage = coverage_of(sources, values.get(COVERAGE))
    sources.append(coverage)
    values[COVERAGE] = coverage.values.get(COVERAGE, {})
    problems: list[Problem] = []
    unexamined = 0
    try:
        region = Region.model_validate(values)
        sections = dict(region)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems, unexamined = problems_of(error.title, details, inheritance)
        sections = _sound_sections(values, {each["loc"][0] for each in details})
    if coverage.problems:
        sections.pop(COVERAGE)
    problems += disagreements(sections)
    of_files = [problem for source in sources for problem in source.problems]
    of_files += [locate(problem, sources) for problem in problems]
    if of_files:
        raise error_of(of_files, sources, unexamined)
    return region


def _sound_sections(values: dict[str, Any], broken: Container[int | str]) -> dict[str, Any]:
    """The sections that are valid by themselves, although others are not."""
    return {
        name: TypeAdapter(hint).validate_python(values[name])
        for name, hint in get_type_hints(Region, include_extras=True).items()
        if name in values and name not in broken
    }
