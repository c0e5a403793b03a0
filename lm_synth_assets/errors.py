"""Errors that a user can do something about: each message says what is wrong and what to do.

Every class carries the exit code that the command line ends with. Errors that need more than a message are
declared beside the code that raises them and derive from these. Imports nothing but `text`.
"""

from typing import ClassVar

from lm_synth_assets.text import printable


class UserError(Exception):
    """An error that its message explains in full, so that no traceback is needed.

    `kind` is what programs read: usage, configuration, storage or output.
    """

    exit_code: ClassVar[int] = 2
    kind: ClassVar[str] = "usage"

    def __init__(self, message: object = "") -> None:
        # Values, names and paths in it may hold any character.
        super().__init__(printable(str(message)))


class ConfigError(UserError):
    """A configuration that cannot be used; its message names every problem and where it is."""

    kind = "configuration"


class CapacityError(UserError):
    """More is asked for than fits: patients with distinct quasi-identifiers, or contacts in a year."""

    kind = "configuration"


class UnknownGate(UserError):
    """A pattern that no gate's name matches."""


class UnknownReport(UserError):
    """A report file whose name does not say which kind it is."""


class FidelityUnavailable(UserError):
    """sdmetrics is not installed."""


class StorageError(UserError):
    """Any failure to store or to read a table; where it is `transient`, to try again later may help."""

    exit_code = 1
    kind = "storage"
    transient = False
