#!/usr/bin/env bash
# A cluster of Progeny on this machine: PostgreSQL, nodes, silos for training, and a balancer in front (docs/cluster.md).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
source scripts/setup.sh
source scripts/cluster/processes.sh
source scripts/cluster/postgres.sh
source scripts/cluster/balancer.sh
source scripts/cluster/nodes.sh
source scripts/cluster/secrets.sh
source scripts/cluster/status.sh

usage() {
    cat <<'TEXT'
./cluster.sh up [options]    starts what is not running yet, and brings and builds everything first
  --nodes N                  nodes that answer queries (3)
  --training N               silos that run trainings (1); 0: the nodes do it themselves
  --port N                   the balancer's port on 127.0.0.1 (8080); all others lie above it
  --no-example               does not release and train the project flights
  --secure                   with TLS at the balancer and between silos, and with keys: everybody has to prove who they are (no example)
./cluster.sh status          what runs, and whether it is ready
./cluster.sh replay [...]    asks about real flights through the balancer until Ctrl-C (--minutes N, --queries N)
./cluster.sh kill NAME       kills a member (SIGKILL), as a crash does
./cluster.sh stop NAME       stops a member (SIGTERM), as an operator does
./cluster.sh scale N         has N nodes from now on
./cluster.sh logs NAME [-f]  the end of a log; -f: and what is added to it
./cluster.sh down [--delete] stops everything; --delete: and removes all that was stored
NAME is a number (node), t and a number (training silo), postgres or balancer. "up" starts again what was killed or stopped.
TEXT
}

folder=${CLUSTER_FOLDER:-$repository/artifacts/cluster}
nodes=3 training=1 port=8080 postgres_folder='' secure='' example=yes interrupted=''

# Every step looks at this between two things that it does: nothing is left half started.
trap 'interrupted=yes' INT TERM HUP

certificates=$folder/certificates

refuse() { fail "$@"; exit 2; }

is_number() { [[ $1 =~ ^[0-9]{1,5}$ ]] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }

load_settings() {
    local key value
    [ -f "$folder/settings" ] || return
    while IFS='=' read -r key value; do
        case $key in
            nodes) nodes=$value ;;
            training) training=$value ;;
            port) port=$value ;;
            postgres_folder) postgres_folder=$value ;;
            secure) secure=$value ;;
        esac
    done <"$folder/settings"
    set_ports
}

save_settings() {
    printf '%s\n' "nodes=$nodes" "training=$training" "port=$port" "postgres_folder=$postgres_folder" "secure=$secure" >"$folder/settings.new" &&
        mv "$folder/settings.new" "$folder/settings"
}

set_ports() { postgres_port=$((port + 600)) statistics_port=$((port + 700)); }

require_cluster() { load_settings || { fail "There is no cluster in $folder; './cluster.sh up' makes one."; exit 1; }; }

# One command at a time changes a cluster.
lock() {
    exec 9>"$folder/lock"
    flock -n 9 || { fail "Another ./cluster.sh is at work on this cluster."; exit 1; }
}

is_anything_alive() {
    local name
    for name in postgres balancer $(members); do
        ! is_alive "$name" || return 0
    done
    return 1
}

# full_name NAME: the name of a part of the cluster as files have it.
full_name() {
    local name
    case $1 in
        postgres | balancer) name=$1 ;;
        t*) name=training-${1#t} ;;
        *) name=node-$1 ;;
    esac
    [ "$name" = postgres ] || [ "$name" = balancer ] || members | grep -qxF "$name" ||
        fail "There is no '$1' in this cluster: 1 to $nodes are its nodes, t1 to t$training its silos for training, and there are postgres and balancer." || return
    echo "$name"
}

up() {
    local asked_nodes='' asked_training='' asked_port='' asked_secure=''
    while [ $# -gt 0 ]; do
        case $1 in
            --nodes | --training | --port)
                [ $# -gt 1 ] || refuse "$1 needs a value."
                case $1 in
                    --nodes) is_number "$2" 1 99 || refuse "--nodes is '$2'; a number from 1 to 99 would be right."; asked_nodes=$2 ;;
                    --training) is_number "$2" 0 99 || refuse "--training is '$2'; a number from 0 to 99 would be right."; asked_training=$2 ;;
                    --port) is_number "$2" 1 64800 || refuse "--port is '$2'; a number from 1 to 64800 would be right."; asked_port=$2 ;;
                esac
                shift ;;
            --no-example) example= ;;
            --secure) asked_secure=yes ;;
            *) usage >&2; refuse "There is no option $1." ;;
        esac
        shift
    done
    require_tools && require_packages libxgboost0 bubblewrap libseccomp2 postgresql haproxy && build_programs && bring_examples || return

    # What is stored and logged is for this user only; that of PostgreSQL gets through to its own folder.
    umask 077
    mkdir -p "$folder/run" && chmod 711 "$folder" || return
    lock
    if load_settings && is_anything_alive; then
        [ "${asked_port:-$port}" = "$port" ] || fail "The cluster runs on port $port: './cluster.sh down' first." || return
        [ "${asked_secure:-$secure}" = "$secure" ] || fail "The cluster runs without --secure: './cluster.sh down' first." || return
        [ "${asked_nodes:-$nodes}" -ge "$nodes" ] || fail "The cluster has $nodes nodes: './cluster.sh scale $asked_nodes' ends those above $asked_nodes." || return
        # With the first of them the nodes would have to give up a role.
        [ "${asked_training:-$training}" -ge "$training" ] && [ "$training" != 0 ] || [ "${asked_training:-$training}" = "$training" ] ||
            fail "The cluster has $training silos for training: './cluster.sh down' first." || return
    fi
    nodes=${asked_nodes:-$nodes} training=${asked_training:-$training} port=${asked_port:-$port} secure=${asked_secure:-$secure}
    # The programs that release the example and replay flights send no key.
    [ -z "$secure" ] || example=
    set_ports
    save_settings
    make_secrets || return
    start_postgres && start_members && start_balancer && release_example && [ -z "$interrupted" ] || return
    show_status
    explain
}

# Brings the project flights into service, where it is not yet.
release_example() {
    [ -n "$example" ] && [ -z "$interrupted" ] || return 0
    replay --no-replay
}

replay() {
    [ -z "$secure" ] || fail "Replay sends no key, which this cluster asks for." || return
    dotnet "$(program Replay Progeny.Replay.dll)" run --node "http://127.0.0.1:$port" --project examples/flights \
        --flights artifacts/flights/flights.db --journal "$folder/replay.db" "$@" 9>&-
}

explain() {
    if [ -n "$secure" ]; then
        cat <<TEXT

The cluster answers on https://127.0.0.1:$port, to clients that trust $certificates/authority.pem
The first key, for everything, is in $folder/admin.key
  curl -s --cacert $certificates/authority.pem -H "Authorization: Bearer \$(cat $folder/admin.key)" https://127.0.0.1:$port/api/cluster
TEXT
        return
    fi
    cat <<TEXT

The cluster answers on http://127.0.0.1:$port (in a browser: the console); the balancer's page is http://127.0.0.1:$statistics_port
TEXT
    [ -z "$example" ] || cat <<TEXT
Ask it about a flight:
  curl -s http://127.0.0.1:$port/api/projects/flights/predict -H 'Content-Type: application/json' -d '{
    "rows": [{"hour": 17, "weekday": 5, "distance": 606, "origin": "ATL", "destination": "ORD"}]}'
TEXT
    cat <<TEXT
Then, with traffic in a second terminal:
  ./cluster.sh replay     real flights, asked through the balancer
  ./cluster.sh kill 2     a node dies; the others answer
  ./cluster.sh up         it is back
  ./cluster.sh scale $((nodes + 1))    one more
  ./cluster.sh down       all of it stops
TEXT
}

scale() {
    [ $# = 1 ] && is_number "$1" 1 99 || refuse "How many nodes? './cluster.sh scale N' takes a number from 1 to 99."
    local before=$nodes number
    nodes=$1
    if [ "$1" -ge "$before" ]; then
        require_tools && build_programs || return
        umask 077
        save_settings
        make_secrets || return
        start_postgres && start_members && start_balancer || return
    else
        # A node that stops leaves the balancer by itself; then the balancer forgets it.
        umask 077
        for ((number = before; number > nodes; number--)); do
            [ -z "$interrupted" ] || { nodes=$number; break; }
            say "Stopping node-$number ..."
            stop_member "node-$number"
        done
        save_settings
        ! is_alive balancer || start_balancer || return
    fi
    show_status
}

down() {
    local name delete=''
    [ "$*" != --delete ] || delete=yes
    [ -n "$delete" ] || [ $# = 0 ] || refuse "There is no option $*."
    for name in balancer $(members) postgres; do
        [ -z "$interrupted" ] || return
        ! is_alive "$name" || say "Stopping $name ..."
        finish "$name" 60 "$([ "$name" = postgres ] && echo INT || echo TERM)"
    done
    ! is_anything_alive || return
    if [ -n "$delete" ]; then
        rm -rf "$folder" "$postgres_folder"
        say "All is stopped, and what was stored is removed."
    else
        say "All is stopped. The data stay in $folder$([[ $postgres_folder = "$folder"/* ]] || echo " and $postgres_folder"); './cluster.sh up' goes on with them, './cluster.sh down --delete' removes them."
    fi
}

command=${1:-}
[ $# = 0 ] || shift
case $command in
    up) up "$@" ;;
    status)
        require_cluster
        show_status ;;
    replay)
        require_cluster
        replay "$@" ;;
    kill | stop)
        [ $# = 1 ] || refuse "Which? './cluster.sh $command NAME' takes the number of a node, t and the number of a training silo, postgres or balancer."
        require_cluster
        lock
        name=$(full_name "$1") || exit 2
        is_alive "$name" || { fail "$name does not run."; exit 1; }
        if [ "$command" = kill ]; then
            signal "$name" KILL && wait_gone "$name" 10 && say "$name is killed."
        else
            finish "$name" 60 "$([ "$name" = postgres ] && echo INT || echo TERM)" && say "$name has stopped."
        fi ;;
    scale)
        require_cluster
        lock
        scale "$@" ;;
    logs)
        [ $# = 1 ] || [ "${2:-}" = -f ] || refuse "Which? './cluster.sh logs NAME [-f]'."
        require_cluster
        name=$(full_name "$1") || exit 2
        tail -n 200 ${2:+-F} "$(log_of "$name")" ;;
    down)
        require_cluster
        lock
        down "$@" ;;
    -h | --help | help) usage ;;
    *)
        usage >&2
        exit 2 ;;
esac
result=$?
[ -z "$interrupted" ] || { [ "$command" = replay ] || [ "$command" = logs ] || say "Interrupted. './cluster.sh status' says what runs; './cluster.sh up' goes on, './cluster.sh down' ends it."; exit 130; }
exit $result
