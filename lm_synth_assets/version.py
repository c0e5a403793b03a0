"""The versions of the package and of nothing else, so that reading it imports nothing."""

__version__ = "0.1.0"
