"""A run of `lm-synth generate` with gates that look at nothing: what generation costs by itself.

Usage, from the project: python -m benchmarks.ungated CONFIG PATIENTS FOLDER.
"""

import sys

from benchmarks.floor import idle_gates


def main(config: str, patients: int, folder: str) -> None:
    """Make and store everything once."""
    idle_gates()
    from lm_synth_assets.orchestration.runs import generate
    from lm_synth_assets.region.files import load_region

    region = load_region(config).with_run(patients=patients)
    outcome = generate(config, region, "csv", folder, (), lambda done, steps, last: None)
    if not outcome.passed:
        raise SystemExit("\n".join(outcome.errors))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
