#!/bin/sh
# Runs a command with the URL of Dagster's own tables in its environment, the only place where Dagster looks for
# it. The password is in a file, and may hold anything.
set -eu
if [ -n "${DAGSTER_MYSQL_PASSWORD_FILE:-}" ]; then
  DAGSTER_MYSQL_URL=$(python -c '
from os import environ
from pathlib import Path
from urllib.parse import quote

password = Path(environ["DAGSTER_MYSQL_PASSWORD_FILE"]).read_text("utf-8").rstrip("\r\n")
user, server = environ["DAGSTER_MYSQL_ADDRESS"].split("@")
print(f"mysql+mysqlconnector://{user}:{quote(password, safe=str())}@{server}")
')
  export DAGSTER_MYSQL_URL
fi
exec "$@"
