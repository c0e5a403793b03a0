"""What `python -m lm_synth_assets.cli` runs: the same as the script lm-synth."""

from lm_synth_assets.cli.main import main

main()
