# Sourced by cluster.sh: the nodes (Progeny.Gateway) and the silos for training (Progeny.Silo).
#
# A member is called node-N or training-N, in files and in the cluster; on the command line N or tN.

# members: all that there are to be.
members() {
    local number
    for ((number = 1; number <= training; number++)); do echo "training-$number"; done
    for ((number = 1; number <= nodes; number++)); do echo "node-$number"; done
}

# The ports of a member lie at a fixed distance from the balancer's.
http_port() { [[ $1 = node-* ]] && echo $((port + ${1#*-})) || echo $((port + 100 + ${1#*-})); }
silo_port() { echo $(($(http_port "$1") + 200)); }
gateway_port() { echo $(($(http_port "$1") + 400)); }

roles_of() {
    if [[ $1 = training-* ]]; then echo training
    elif [ "$training" = 0 ]; then echo serving,training
    else echo serving
    fi
}

log_of() {
    case $1 in
        postgres) echo "$postgres_folder/log" ;;
        balancer) echo "$folder/balancer.log" ;;
        *) echo "$folder/$1/node.log" ;;
    esac
}

# Copies the built programs, so that a build does not write over what nodes are running: they go on with theirs until they are started
# again. Copies that no node runs any more are removed.
copy_programs() {
    local state copy name pid
    state=$(programs_state) || return
    programs_folder=$folder/programs/$state
    if [ ! -d "$programs_folder" ]; then
        rm -rf "$programs_folder.new"
        mkdir -p "$programs_folder.new" &&
            cp -r --reflink=auto "$(dirname "$(program Gateway any)")" "$programs_folder.new/Gateway" &&
            cp -r --reflink=auto "$(dirname "$(program Silo any)")" "$programs_folder.new/Silo" &&
            mv "$programs_folder.new" "$programs_folder" || { fail "The programs could not be copied to $programs_folder."; return; }
    fi
    for copy in "$folder"/programs/*; do
        [ "$copy" != "$programs_folder" ] || continue
        for name in $(members); do
            pid=$(pid_of "$name") && tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qF "$copy/" && continue 2
        done
        rm -rf "$copy"
    done
}

# start_member NAME: without waiting for it.
start_member() {
    local name=$1 program=Gateway
    [[ $name != training-* ]] || program=Silo
    require_free "$name" "$(http_port "$name")" "$(silo_port "$name")" "$(gateway_port "$name")" || return
    mkdir -p "$folder/$name"
    local -a secured
    mapfile -t secured < <(secure_arguments)
    say "Starting $name on port $(http_port "$name") ..."
    # What is secret is not for the command line, which all users of the machine see.
    PROGENY_Cluster__ConnectionString="Host=127.0.0.1;Port=$postgres_port;Database=progeny;Username=progeny;Password=$(cat "$folder/password")" \
    PROGENY_Feeds__flights__Kind=sqlite PROGENY_Feeds__flights__ConnectionString="Data Source=$repository/artifacts/flights/flights.db" \
        start "$name" "$(log_of "$name")" dotnet "$programs_folder/$program/Progeny.$program.dll" \
        --urls "http://127.0.0.1:$(http_port "$name")" --Data "$folder/$name/data" \
        --Silo:Name "$name" --Silo:Roles "$(roles_of "$name")" --Silo:Address 127.0.0.1 \
        --Silo:Port "$(silo_port "$name")" --Silo:GatewayPort "$(gateway_port "$name")" "${secured[@]}"
}

is_ready() { [ "$(http_status "$(http_port "$1")" /v2/health/ready)" = 200 ]; }

# wait_ready NAME...: until all of them answer queries.
wait_ready() {
    local name end=$((SECONDS + 120))
    for name in "$@"; do
        until is_ready "$name"; do
            [ -z "$interrupted" ] || return
            is_alive "$name" || { tail -n 15 "$(log_of "$name")" >&2; fail "$name has ended; its log is $(log_of "$name")."; return; }
            [ $SECONDS -lt $end ] || { fail "$name is not ready after two minutes; its log is $(log_of "$name")."; return; }
            sleep 0.2
        done
    done
}

# start_members: those that are missing.
start_members() {
    local name missing=()
    for name in $(members); do
        is_alive "$name" || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    copy_programs || return
    # The first node alone makes the first key.
    if [ -n "$secure" ] && [ ! -f "$folder/admin.key" ]; then
        start_member node-1 && wait_ready node-1 && start_members
        return
    fi
    for name in "${missing[@]}"; do
        [ -z "$interrupted" ] && start_member "$name" || return
    done
    wait_ready "${missing[@]}"
}

# Ends a member as a stop of the machine does: it says first that it is no longer ready, answers what it has, and goes.
stop_member() { finish "$1" 60; }
