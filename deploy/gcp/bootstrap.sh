#!/usr/bin/env bash
# Makes a VM with Ubuntu 22.04 or Debian 12 the MySQL server of lm-synth: time zone, server, configuration, TLS,
# database, account, and who may reach it. Run again, it changes only what differs. See README.md beside it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: bootstrap.sh --cidr NETWORK [option ...]      as root on the VM

  --cidr NETWORK          the IPv4 addresses that may reach MySQL, such as 203.0.113.0/24
  --dry-run               print what would be done; changes nothing and needs no root
  --password-file FILE    the password of lm_app; otherwise one is made in /etc/lm-synth/lm_app.password
  --timezone ZONE         time zone of the VM (America/Vancouver)
  --buffer-pool SIZE      memory for tables (1G); half of the VM's memory is a good size
  --mariadb               MariaDB instead of MySQL: the server that Debian itself has
  --no-upgrade            do not bring all packages up to date first
  --firewall              also run the gcloud commands that are otherwise printed; needs --zone
  --instance NAME         name of the VM in these commands (its host name)
  --zone ZONE             its Compute Engine zone
  --network NAME          its VPC network (default)
  --ufw                   also allow NETWORK in ufw, the VM's own firewall
TEXT
}

database=lm_synth
app=lm_app
rule=lm-synth-mysql

cidr='' dry_run='' password_file='' mariadb='' firewall='' ufw='' zone='' system=''
timezone=America/Vancouver
buffer_pool=1G
upgrade=yes
instance=$(uname -n)
instance=${instance%%.*}
network=default
restart=''

die() { echo "bootstrap.sh: $2" >&2; exit "$1"; }
say() { echo "== $*"; }
indented() { sed 's/^/    /'; }

# Runs a command, or shows it.
run() {
  if [[ $dry_run ]]; then
    printf 'would run:'
    printf ' %q' "$@"
    echo
  else
    "$@"
  fi
}

# Makes a file hold a text, and has the server restarted if that is new.
put() {
  local file=$1 text=$2
  if [[ -f $file && $(< "$file") == "$text" ]]; then
    echo "$file: as it should be"
  elif [[ $dry_run ]]; then
    echo "would write $file:"
    indented <<< "$text"
    restart=yes
  else
    mkdir -p "$(dirname "$file")"
    echo "$text" > "$file"
    chmod 644 "$file"
    echo "$file: written"
    restart=yes
  fi
}

parse() {
  while (($#)); do
    case $1 in
      --cidr | --password-file | --timezone | --buffer-pool | --instance | --zone | --network)
        (($# > 1)) || die 2 "$1 needs a value"
        local name=${1#--}
        printf -v "${name//-/_}" %s "$2"
        shift 2
        ;;
      --dry-run | --mariadb | --firewall | --ufw)
        local flag=${1#--}
        printf -v "${flag//-/_}" yes
        shift
        ;;
      --no-upgrade) upgrade='' && shift ;;
      -h | --help) usage && exit 0 ;;
      *) die 2 "unknown argument: $1 (--help lists what is known)" ;;
    esac
  done
}

check_cidr() {
  local example='such as 203.0.113.0/24'
  case $cidr in
    '') die 2 "--cidr is required: the addresses that may reach MySQL, $example" ;;
    0.0.0.0/0 | ::/0) die 2 "--cidr $cidr is the whole internet; name the network of your office or VPN, $example" ;;
    *:*) die 2 "--cidr $cidr: only IPv4 networks, $example" ;;
  esac
  local octet='(0|[1-9][0-9]{0,2})'
  [[ $cidr =~ ^$octet\.$octet\.$octet\.$octet/$octet$ ]] ||
    die 2 "--cidr $cidr: not a network; write an address, a slash and the number of bits, $example"
  local part address=0 bits=${BASH_REMATCH[5]}
  for part in "${BASH_REMATCH[@]:1:4}"; do
    ((part <= 255)) || die 2 "--cidr $cidr: $part is more than 255"
    address=$((address * 256 + part))
  done
  ((bits <= 32)) || die 2 "--cidr $cidr: /$bits is more than 32 bits"
  ((bits >= 8)) || die 2 "--cidr $cidr is wider than /8; name the network of your office or VPN, $example"
  local base=$((address >> (32 - bits) << (32 - bits)))
  ((address == base)) || die 2 "--cidr $cidr: the network of that address is $(dotted "$base")/$bits"
}

dotted() { echo "$(($1 >> 24)).$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))"; }

check_machine() {
  local ID='' VERSION_ID='' PRETTY_NAME='an unknown system'
  # shellcheck source=/dev/null
  source "${OS_RELEASE:-/etc/os-release}"
  system=$ID
  [[ $ID-$VERSION_ID == ubuntu-22.04 || $ID-$VERSION_ID == debian-12 ]] ||
    die 1 "this is for Ubuntu 22.04 and Debian 12; here is $PRETTY_NAME"
  [[ $dry_run || $EUID == 0 ]] || die 1 "only root can do that (--dry-run shows what it is)"
  [[ ! $firewall || $zone ]] || die 2 "--firewall needs --zone"
  [[ ! $firewall || $dry_run ]] || command -v gcloud > /dev/null || die 1 "--firewall: there is no gcloud here"
}

check_password_file() {
  [[ $password_file ]] || return 0
  [[ -s $password_file ]] || die 1 "--password-file $password_file: no password in it"
  [[ $(stat -c %a "$password_file") == ?00 ]] ||
    die 1 "--password-file $password_file: others can read it; run: chmod 600 $password_file"
}

set_timezone() {
  say "time zone"
  if [[ $(timedatectl show --property=Timezone --value 2> /dev/null) == "$timezone" ]]; then
    echo "$timezone: as it should be"
  else
    run timedatectl set-timezone "$timezone"
    # The server asks for it when it starts.
    restart=yes
  fi
}

install_server() {
  say "packages"
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
  run apt-get update
  [[ ! $upgrade ]] || run apt-get --yes upgrade
  local packages=(mysql-server)
  [[ ! $mariadb ]] || packages=("mariadb-server" openssl)
  [[ $mariadb || $system != debian || $(apt-cache madison mysql-server) ]] || die 1 \
    "Debian 12 has no MySQL of its own: either set up MySQL's APT repository as MySQL's manual says (package \
mysql-apt-config) and run this again, or take MariaDB with --mariadb"
  # A server of another kind that is there already is never removed for this one.
  run apt-get --yes --no-remove --no-install-recommends install "${packages[@]}"
}

# The settings of this project, in a file of their own: the packages' files stay as they are.
configure_server() {
  say "configuration"
  if [[ $mariadb ]]; then
    make_certificate /etc/mysql/lm-synth-tls
    put /etc/mysql/mariadb.conf.d/99-lm-synth.cnf "$(settings \
      "collation-server = utf8mb4_unicode_520_ci" \
      "innodb_log_file_size = 1G" \
      "ssl_cert = /etc/mysql/lm-synth-tls/cert.pem" \
      "ssl_key = /etc/mysql/lm-synth-tls/key.pem")"
  else
    put /etc/mysql/mysql.conf.d/zz-lm-synth.cnf "$(settings \
      "collation-server = utf8mb4_0900_ai_ci" \
      "innodb_redo_log_capacity = 1G" \
      "mysqlx = OFF")"
  fi
}

settings() {
  cat <<TEXT
# Written by lm-synth's bootstrap.sh, which replaces it when it runs again.
[mysqld]
# On all addresses, because the firewall lets only $cidr come this far.
bind-address = 0.0.0.0
require_secure_transport = ON
skip_name_resolve = ON
local_infile = ON
character-set-server = utf8mb4
innodb_buffer_pool_size = $buffer_pool
$(printf '%s\n' "$@")
TEXT
}

# MySQL makes itself a certificate when it is installed; MariaDB 10.11 does not.
make_certificate() {
  if [[ -e $1/cert.pem ]]; then
    echo "$1/cert.pem: kept"
    return
  fi
  run install --directory --owner=mysql --group=mysql --mode=700 "$1"
  run openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$instance" \
    -keyout "$1/key.pem" -out "$1/cert.pem"
  run chown mysql:mysql "$1/key.pem" "$1/cert.pem"
  restart=yes
}

start_server() {
  local service=mysql
  [[ ! $mariadb ]] || service=mariadb
  run systemctl enable --now "$service"
  [[ ! $restart ]] || run systemctl restart "$service"
}

make_password() {
  say "password of $app"
  [[ ! $password_file ]] || return 0
  password_file=/etc/lm-synth/lm_app.password
  if [[ -s $password_file ]]; then
    echo "$password_file: kept"
  elif [[ $dry_run ]]; then
    echo "would make $password_file, for root alone"
  else
    install --directory --mode=700 "$(dirname "$password_file")"
    (umask 077 && head -c 24 /dev/urandom | base64 > "$password_file")
    echo "$password_file: made, for root alone"
  fi
}

# The SQL that makes the database and the account; the argument is the password as a literal.
accounts() {
  local collation=utf8mb4_0900_ai_ci plugin='WITH caching_sha2_password '
  [[ ! $mariadb ]] || collation=utf8mb4_unicode_520_ci plugin=''
  cat <<SQL
CREATE DATABASE IF NOT EXISTS $database CHARACTER SET utf8mb4 COLLATE $collation;
CREATE USER IF NOT EXISTS $app@'%' ACCOUNT LOCK;
ALTER USER $app@'%' IDENTIFIED ${plugin}BY $1 REQUIRE SSL ACCOUNT UNLOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM $app@'%';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON \`${database//_/\\_}\`.* TO $app@'%';
SQL
}

make_accounts() {
  say "database and account"
  if [[ $dry_run ]]; then
    echo "would run this SQL as root:"
    accounts "'(the password)'" | indented
    return
  fi
  # Through standard input: arguments are for all to see.
  accounts "'$(sed -e 's/\\/\\\\/g' -e "s/'/''/g" "$password_file")'" | mysql --user=root
}

# MariaDB's SHOW GRANTS would print the password's hash.
GRANTED="SELECT CONCAT(GROUP_CONCAT(privilege_type ORDER BY privilege_type SEPARATOR ', '), ' on ', table_schema)
  FROM information_schema.schema_privileges GROUP BY table_schema"

# As a client would come: over TCP and TLS, with the password.
check_login() {
  [[ ! $dry_run ]] || return 0
  say "check: what $app is granted"
  local tls=--ssl-mode=REQUIRED
  [[ ! $mariadb ]] || tls=--ssl
  MYSQL_PWD=$(< "$password_file") mysql --no-defaults --host=127.0.0.1 --protocol=TCP "$tls" --user="$app" \
    --skip-column-names --execute="$GRANTED" "$database"
}

open_firewall() {
  say "firewall: let $cidr reach TCP 3306"
  local verb=create
  local -a what=(--allow=tcp:3306 "--source-ranges=$cidr" "--target-tags=$rule")
  local -a where=("--network=$network" --direction=INGRESS)
  if [[ $firewall ]] && gcloud compute firewall-rules describe "$rule" > /dev/null 2>&1; then
    verb=update where=()
  fi
  local -a allow=(gcloud compute firewall-rules "$verb" "$rule" "${where[@]}" "${what[@]}")
  local -a tag=(gcloud compute instances add-tags "$instance" "--zone=${zone:-ZONE}" "--tags=$rule")
  if [[ $firewall ]]; then
    run "${allow[@]}"
    run "${tag[@]}"
  else
    echo "Run this where gcloud may change the project's network:"
    echo "    ${allow[*]}"
    echo "    ${tag[*]}"
  fi
  # Whether ufw is on stays as it is: turning it on without a rule for SSH locks everybody out.
  [[ ! $ufw ]] || run ufw allow proto tcp from "$cidr" to any port 3306
}

main() {
  parse "$@"
  check_cidr
  check_machine
  check_password_file
  set_timezone
  install_server
  configure_server
  start_server
  make_password
  make_accounts
  check_login
  open_firewall
}

main "$@"
