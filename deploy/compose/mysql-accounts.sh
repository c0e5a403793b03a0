#!/usr/bin/env bash
# The databases and accounts of the stack. MySQL's image runs this once, when it has made its data; run again, as
# after a change of the passwords, it changes only what differs:
#   docker compose exec mysql bash /docker-entrypoint-initdb.d/accounts.sh
# The image may also source this file into its own shell, hence the parentheses.
(
  set -euo pipefail
  secrets=${SECRETS:-/run/secrets}

  # The content of a secret as a literal of SQL.
  literal() {
    [[ -s $secrets/$1 ]] || { echo "$secrets/$1: no password in it" >&2; return 1; }
    printf "'%s'" "$(sed -e 's/\\/\\\\/g' -e "s/'/''/g" "$secrets/$1")"
  }

  lm_owner=$(literal lm_owner_password)
  lm_app=$(literal lm_app_password)
  dagster=$(literal dagster_password)
  MYSQL_PWD=$(< "$secrets/mysql_root_password")
  export MYSQL_PWD

  # Passwords go through standard input: arguments are for all to see.
  mysql --no-defaults --protocol=SOCKET --socket="${MYSQL_SOCKET:-/var/run/mysqld/mysqld.sock}" --user=root <<SQL
CREATE DATABASE IF NOT EXISTS lm_synth CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
CREATE DATABASE IF NOT EXISTS dagster CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;

CREATE USER IF NOT EXISTS lm_owner@'%', lm_app@'%', dagster@'%' ACCOUNT LOCK;
ALTER USER
  lm_owner@'%' IDENTIFIED WITH caching_sha2_password BY $lm_owner,
  lm_app@'%' IDENTIFIED WITH caching_sha2_password BY $lm_app,
  dagster@'%' IDENTIFIED WITH caching_sha2_password BY $dagster
  REQUIRE SSL ACCOUNT UNLOCK;

-- lm_owner makes tables, lm_app fills them: a run can neither drop nor alter one.
-- In a grant, _ stands for any letter, and \_ for itself. Grants with the former are of earlier versions.
REVOKE IF EXISTS ALL PRIVILEGES ON lm_synth.* FROM lm_owner@'%', lm_app@'%';
GRANT CREATE, INDEX, REFERENCES ON \`lm\_synth\`.* TO lm_owner@'%';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON \`lm\_synth\`.* TO lm_app@'%';
-- Dagster makes its tables and changes them from release to release.
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON dagster.* TO dagster@'%';
SQL
)
