"""Units: the subprograms that have inpatient stays, which is the level at which beds are used."""

from __future__ import annotations

from typing import NamedTuple

from lm_synth_assets.region.models.programs import Stays
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.identifiers import subprogram_key

_BIRTHS = "births"
"""The rhythm of newborns: direct stays that follow it are births."""


class Unit(NamedTuple):
    """A subprogram with inpatient stays. The same unit may be offered at several sites."""

    program: str
    program_id: int
    subprogram_id: int
    name: str
    stays: Stays
    """Which patients its stays are for, how long they last and which rhythm they follow, as configured."""
    alc_factor: float
    """Of its program: factor on the ALC probability at the patient's age."""
    transfer_share: float
    """Of its program: share of first stays that a transfer to another site follows, where one is open."""

    @property
    def has_births(self) -> bool:
        """Whether its direct stays are those of newborns."""
        return self.stays.direct_rhythm == _BIRTHS

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
