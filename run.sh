#!/usr/bin/env bash
# Starts a node, brings the project flights into service and replays real flights against it. The project
# runs itself meanwhile: it is trained again on what came true, tries each new generation on a part of the traffic, and decides.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/setup.sh

usage() {
    cat <<'TEXT'
./run.sh [options]
  --no-replay    only serve; release and train the project flights where nothing is stored yet
  --minutes N    the whole replay takes N minutes (10)
  --queries N    ask about at most N flights, then only serve
  --stop         end when the replay is over, instead of serving on
  --port N       the node's port on 127.0.0.1 (8080)
  --data DIR     the node's data folder (./data)
  --setup        bring and build everything, and start nothing
Ctrl-C ends it. The next start goes on where this one stopped.
TEXT
}

port=8080 data=${PROGENY_DATA:-./data} replay=yes stop= setup_only=
replay_options=()
while [ $# -gt 0 ]; do
    case $1 in
        --no-replay) replay= ; replay_options+=("$1") ;;
        --minutes | --queries | --port | --data)
            [ $# -gt 1 ] || { fail "$1 needs a value."; exit 2; }
            case $1 in
                --port) port=$2 ;;
                --data) data=$2 ;;
                *) replay_options+=("$1" "$2") ;;
            esac
            shift ;;
        --stop) stop=yes ;;
        --setup) setup_only=yes ;;
        -h | --help) usage; exit ;;
        *) fail "There is no option $1."; usage >&2; exit 2 ;;
    esac
    shift
done
[[ $port =~ ^[0-9]+$ ]] && [ "$port" -ge 1 ] && [ "$port" -le 65535 ] || { fail "--port is '$port'; a number from 1 to 65535 would be right."; exit 2; }

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

port_is_free() {
    listens || return 0
    fail "Port $port is taken by another program; end that one, or choose another port: ./run.sh --port $((port + 1))"
}

[ -n "$setup_only" ] || port_is_free || exit 1
require_tools && require_packages libxgboost0 bubblewrap libseccomp2 && build_programs && bring_examples || exit 1
[ -z "$setup_only" ] || exit 0
port_is_free || exit 1

node= driver= ending=

# Ends a process of ours and waits for it: the node answers what is under way and writes its logs out.
finish() {
    [ -n "$1" ] || return 0
    kill -TERM "$1" 2>/dev/null
    local left=300
    while kill -0 "$1" 2>/dev/null && [ $((left -= 1)) -gt 0 ]; do sleep 0.1; done
    kill -KILL "$1" 2>/dev/null && say "Process $1 did not end within 30 s and was killed."
    wait "$1" 2>/dev/null
}
end() {
    trap '' INT TERM HUP
    ending=yes
    finish "$driver"
    [ -z "$node" ] || say "Stopping ..."
    finish "$node"
    exit "$1"
}
trap 'end 0' INT TERM HUP

# What the node stores and logs is for its user only.
umask 077
mkdir -p "$data" || exit 1
log=$data/node.log
export PROGENY_Feeds__flights__Kind=sqlite PROGENY_Feeds__flights__ConnectionString="Data Source=$PWD/artifacts/flights/flights.db"
# A session of its own: Ctrl-C is for this script, which ends the replay first and the node after it.
setsid dotnet "$(program Gateway Progeny.Gateway.dll)" --urls "http://127.0.0.1:$port" --Data "$data" </dev/null >>"$log" 2>&1 &
node=$!

explain_node() {
    wait "$node" 2>/dev/null
    fail "The node has ended (exit code $?); its log is $log." "$(tail -n 15 "$log")"
    node=
}

while ! listens; do
    kill -0 "$node" 2>/dev/null || { explain_node; exit 1; }
    sleep 0.1
done
say "Serving on http://127.0.0.1:$port, data in $data, log in $log"

dotnet "$(program Replay Progeny.Replay.dll)" run --node "http://127.0.0.1:$port" --project examples/flights \
    --flights artifacts/flights/flights.db --journal "$data/replay.db" ${replay_options[@]+"${replay_options[@]}"} &
driver=$!
# Bash would say in its own words that the node was killed; explain_node does it better.
wait "$driver" 2>/dev/null
result=$?
driver=
kill -0 "$node" 2>/dev/null || { explain_node; exit 1; }
[ $result = 0 ] || end $result
[ -z "$stop" ] || end 0
say "The node serves on until Ctrl-C."
explain_node
exit 1
