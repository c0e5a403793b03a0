"""The record that a store keeps of a table: what was written, and what it was made from.

It holds as long as the table has the digest in it. Whoever changes or replaces a stored table by other means
leaves a record that no longer holds.
"""

from typing import NamedTuple

REPORT_FILE = "quality_report.html"
"""The name of the quality report, which lies beside tables in files."""

PACKAGE_FILE = "datapackage.json"
"""The name of the data package, which describes tables in files to other programs; the standard fixes it."""


class Record(NamedTuple):
    """What was written. `made_from` is the version of the data, None where it is not known."""

    rows: int
    digest: str
    made_from: str | None = None
