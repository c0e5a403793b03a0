"""The subprograms that have inpatient stays."""

from __future__ import annotations

from typing import NamedTuple

from lm_synth_assets.region.models.programs import Stays
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.identifiers import subprogram_key


class Unit(NamedTuple):
    """A subprogram with inpatient stays."""

    program: str
    program_id: int
    subprogram_id: int
    name: str
    stays: Stays
    alc_factor: float
    transfer_share: float

    @property
    def subprogram_key(self) -> int:
        """The key of the subprogram in the tables."""
        return subprogram_key(self.program_id, self.subprogram_id)


def units_of(region: Region) -> list[Unit]:
    """The subprograms with inpatient stays, in the order of their keys."""
    return [
        Unit(program, program_id, number, name, sub.stays, section.alc_factor, section.transfer_share)
        for program_id, (program, section) in enumerate(region.programs.items(), start=1)
        for number, (name, sub) in enumerate(section.subprograms.items(), start=1)
        if sub.stays
    ]
