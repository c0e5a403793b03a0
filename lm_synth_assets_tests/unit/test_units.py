"""Units: the subprograms that have inpatient stays."""

from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.support.datasets import retuned


def test_units_are_the_inpatient_subprograms_in_order_of_their_keys(region: Region) -> None:
    units = units_of(region)
    inpatient = [
        (program, name)
        for program, section in region.programs.items()
        for name, subprogram in section.subprograms.items()
        if subprogram.setting == "inpatient"
    ]
    assert [(unit.program, unit.name) for unit in units] == inpatient
    keys = [unit.subprogram_key for unit in units]
    assert keys == sorted(keys)
    assert (units[0].program_id, units[0].subprogram_id) == (1, 1)


def test_births_are_the_stays_that_follow_their_rhythm(region: Region) -> None:
    assert [unit.name for unit in units_of(region) if unit.has_births] == [
        name
        for section in region.programs.values()
        for name, subprogram in section.subprograms.items()
        if subprogram.stays and subprogram.stays.direct_rhythm == "births"
    ]
    assert any(unit.has_births for unit in units_of(region))


def test_a_unit_has_the_factors_of_its_program(region: Region) -> None:
    program = units_of(region)[0].program
    changed = retuned(region, {"programs": {program: {"alc_factor": 0.7, "transfer_share": 0.2}}})
    assert {
        (unit.alc_factor, unit.transfer_share) for unit in units_of(changed) if unit.program == program
    } == {(0.7, 0.2)}
