#!/usr/bin/env bash
# Makes the passwords of the stack, each in a file of its own, where they are missing.
#   deploy/compose/make-secrets.sh [FOLDER]    FOLDER is `secrets` in the project when left out
set -euo pipefail
folder=${1:-$(dirname "$0")/../../secrets}

mkdir -p "$folder"
# The folder keeps everybody else out. Inside it the files are open: each is mounted alone into its containers,
# whose users have other ids than yours.
chmod 700 "$folder"
for name in mysql_root_password lm_owner_password lm_app_password dagster_password; do
  file=$folder/$name
  if [[ -e $file ]]; then
    echo "$file: kept"
  else
    # 192 bits, without the characters that MySQL's image takes for SQL in root's password.
    head -c 24 /dev/urandom | base64 | tr '+/' '-_' > "$file"
    echo "$file: made"
  fi
  chmod 444 "$file"
done
