# Sourced by cluster.sh: the PostgreSQL server of the cluster on this machine, with its data in a private folder.

postgres_programs() {
    local found
    found=$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || fail "PostgreSQL is missing; as root on Debian: apt-get install postgresql" || return
    dirname "$found"
}

# as_postgres COMMAND...: PostgreSQL refuses to run as root; its package brings a user for it.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec 9>&- && exec runuser -u postgres -- "$@")
    else
        (exec 9>&- && exec "$@")
    fi
}

# choose_postgres_folder: within the cluster's folder, or where the user of the server can reach nothing there (a clone in
# /root), in /var/tmp.
choose_postgres_folder() {
    [ -z "$postgres_folder" ] || return 0
    postgres_folder=$folder/postgres
    if [ "$(id -u)" = 0 ]; then
        as_postgres test -x "$folder" || postgres_folder=/var/tmp/progeny-cluster-$(echo "$folder" | sha256sum | cut -c 1-12)
        mkdir -p "$postgres_folder" && chown postgres: "$postgres_folder" && chmod 700 "$postgres_folder"
    else
        mkdir -p "$postgres_folder"
    fi
}

# Asks as the server's administrator.
ask_postgres() {
    PGPASSWORD=$(cat "$folder/password") "$programs/psql" -h 127.0.0.1 -p "$postgres_port" -U postgres -d "${2:-postgres}" -qAtX -v ON_ERROR_STOP=1 -c "$1" 9>&-
}

make_postgres() {
    local secret data=$postgres_folder/data
    say "Making a PostgreSQL server in $postgres_folder ..."
    # What an earlier attempt left that was broken off.
    rm -rf "$data.new"
    secret=$postgres_folder/password
    [ -f "$folder/password" ] || head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$folder/password"
    cp "$folder/password" "$secret"
    [ "$(id -u)" != 0 ] || chown postgres: "$secret"
    as_postgres "$programs/initdb" -D "$data.new" -U postgres --auth=scram-sha-256 --pwfile="$secret" --encoding=UTF8 --locale=C >"$postgres_folder/initdb.log" 2>&1 ||
        { tail -n 10 "$postgres_folder/initdb.log" >&2; fail "PostgreSQL's initdb failed."; return; }
    rm -f "$secret"
    mv "$data.new" "$data"
}

start_postgres() {
    ! is_alive postgres || return 0
    local programs
    programs=$(postgres_programs) || return
    choose_postgres_folder || return
    save_settings
    [ -d "$postgres_folder/data" ] || make_postgres || return
    require_free PostgreSQL "$postgres_port" || return
    say "Starting PostgreSQL on port $postgres_port ..."
    # One that was killed leaves a file that names its process, whose number may be another program's by now.
    as_postgres "$programs/pg_ctl" -D "$postgres_folder/data" -w -t 60 -l "$postgres_folder/log" \
        -o "-c port=$postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=400" start >"$folder/postgres.start" 2>&1 ||
        { cat "$folder/postgres.start" >&2; tail -n 10 "$postgres_folder/log" >&2; fail "PostgreSQL did not start; its log is $postgres_folder/log."; return; }
    remember postgres "$(head -n 1 "$postgres_folder/data/postmaster.pid")"
    [ -n "$(ask_postgres "SELECT 1 FROM pg_roles WHERE rolname = 'progeny'")" ] || ask_postgres "CREATE ROLE progeny LOGIN PASSWORD '$(cat "$folder/password")'" || return
    [ -n "$(ask_postgres "SELECT 1 FROM pg_database WHERE datname = 'progeny'")" ] || ask_postgres "CREATE DATABASE progeny OWNER progeny"
}

# SIGINT is PostgreSQL's fast stop: connections end, and what is committed is on disk.
stop_postgres() { finish postgres 60 INT; }
