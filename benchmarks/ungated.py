"""A run of `lm-synth generate` with gates that evaluate nothing: what generation costs by itself.

Usage, from the project: python -m benchmarks.ungated CONFIG PATIENTS FOLDER.
"""

import sys

from benchmarks.floor import idle_gates, run
from lm_synth_assets.region.run_request import RunRequest

if __name__ == "__main__":
    idle_gates()
    config, patients, folder = sys.argv[1:]
    run(RunRequest.read(config, patients=int(patients), with_ed=True, with_ip=True), folder)
