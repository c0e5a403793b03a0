"""The gates: asset checks on what was stored."""
