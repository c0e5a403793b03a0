"""The code location that Dagster loads, for the settings that the environment gives."""

from lm_synth_assets.gates.declared.fidelity import available
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import read_settings

defs = build_defs(read_settings(), fidelity=available())
