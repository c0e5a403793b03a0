"""The assets: what is computed, a thin layer over `simulation`."""
