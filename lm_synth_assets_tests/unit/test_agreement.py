"""The rules between values of a configuration: each one is run, and says which sections it reads."""

import inspect
from collections.abc import Iterator
from types import FunctionType
from typing import get_type_hints

import pytest

from lm_synth_assets.region import agreement
from lm_synth_assets.region.agreement import RULES, Rule, disagreements
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.problems import Problem


def test_every_rule_of_the_module_is_run() -> None:
    helpers = {agreement._unknown, agreement._alike}
    declared = [
        function
        for function in vars(agreement).values()
        if isinstance(function, FunctionType)
        and get_type_hints(function)["return"] == Iterator[Problem]
        and function not in helpers
    ]
    assert list(RULES) == declared


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_reads_sections_of_the_region(rule: Rule) -> None:
    assert inspect.signature(rule).parameters.keys() <= Region.model_fields.keys()


def test_a_good_region_breaks_no_rule(region: Region) -> None:
    assert disagreements(dict(region)) == []


def test_a_rule_that_reads_a_missing_section_is_skipped(region: Region) -> None:
    lhas = {name: lha.model_copy(update={"base_population": 0}) for name, lha in region.lhas.items()}
    [problem] = disagreements({"lhas": lhas})
    assert problem.path == ("lhas",)
