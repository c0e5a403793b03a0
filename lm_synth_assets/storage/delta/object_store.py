"""A folder of an object store as the location of tables, and the credentials with which it is reached.

delta-rs reads the variables that the tools of each cloud read: AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL,
AZURE_STORAGE_ACCOUNT_NAME and their like. Only the token of a user of Microsoft's cloud is fetched here.
"""

import os
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

from lm_synth_assets.errors import StorageError, UserError
from lm_synth_assets.storage.run_lock import RunLock, Writer

_AZURE: Final = ("abfss://", "abfs://", "az://")
_FABRIC: Final = ".fabric.microsoft.com"
_CREDENTIALS: Final = (
    "AZURE_STORAGE_TOKEN",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_CLIENT_SECRET",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_STORAGE_USE_EMULATOR",
)
"""Variables that delta-rs takes credentials from by itself."""

_SCOPE: Final = "https://storage.azure.com/.default"
_PATIENCE: Final = {"max_retries": "3", "retry_timeout": "30s", "connect_timeout": "10s"}


class BadObjectStore(StorageError):
    """A URL does not name a folder of an object store."""

    exit_code = UserError.exit_code


class NoLock(RunLock):
    """Keeps nobody away: an object store has no lock that goes with the process that holds it."""

    def __init__(self, location: str) -> None:
        self.location = location

    def take(self, writer: Writer) -> bool:
        return True

    def release(self) -> None:
        pass

    def holder(self) -> Writer | None:
        return None


class ObjectStore:
    """One folder of an object store. Raises BadObjectStore for a URL with a query: that may hold a secret."""

    def __init__(self, url: str) -> None:
        if "?" in url or "#" in url:
            raise BadObjectStore(
                "The URL of an object store must end with the path of a folder: leave out what follows ? or "
                "#, and give credentials in the variables that docs/how-to/fabric.md lists."
            )
        self.url = url.rstrip("/")
        self.run_lock = NoLock(self.url)
        self.options = ("--url", self.url)

    def check(self, *, writing: bool) -> None:
        """Nothing: what cannot be reached shows with the first table."""

    def strange_companions(self) -> dict[str, str]:
        """None: nothing lies beside the tables."""
        return {}

    def withdraw_companions(self) -> None:
        """Nothing: nothing lies beside the tables."""


def storage_options(url: str) -> dict[str, str]:
    """What delta-rs needs to know of an object store beside what it takes from the environment."""
    options = dict(_PATIENCE)
    if url.startswith(_AZURE):
        if _FABRIC in url:
            options["use_fabric_endpoint"] = "true"
        if not any(map(os.environ.get, _CREDENTIALS)) and find_spec("azure") and find_spec("azure.identity"):
            options["bearer_token"] = _credential().get_token(_SCOPE).token
    return options


@cache
def _credential() -> Any:
    """Whoever has logged in to Azure on this machine; it keeps a token until that expires."""
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()
