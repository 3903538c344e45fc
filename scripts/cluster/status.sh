# Sourced by cluster.sh: what "./cluster.sh status" shows.

# uptime_of PID
uptime_of() {
    local now
    read -r now _ </proc/uptime
    local seconds=$((${now%.*} - $(start_time "$1") / $(getconf CLK_TCK)))
    printf '%d:%02d:%02d\n' $((seconds / 3600)) $((seconds / 60 % 60)) $((seconds % 60))
}

# row NAME ROLES PORT [READY]: a line of the table. READY is a command that succeeds when it does its work.
row() {
    local name=$1 roles=$2 address=127.0.0.1:$3 state pid=- ready=- memory=- uptime=-
    shift 3
    if pid=$(pid_of "$name"); then
        state=running memory=$(memory_of "$pid") uptime=$(uptime_of "$pid")
        "$@" && ready=yes || ready=no
    elif [ -f "$folder/run/$name.pid" ]; then
        state=died pid=-
    else
        state=stopped pid=-
    fi
    printf '%-12s %-8s %-17s %-16s %-8s %-6s %-10s %s\n' "$name" "$pid" "$roles" "$address" "$state" "$ready" "$memory" "$uptime"
}

answers_postgres() {
    local programs
    programs=$(postgres_programs) && "$programs/pg_isready" -q -h 127.0.0.1 -p "$postgres_port" -t 2
}

answers_balancer() {
    if [ -n "$secure" ]; then
        printf 'GET /v2/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' |
            timeout 3 openssl s_client -quiet -verify_return_error -CAfile "$certificates/authority.pem" -connect "127.0.0.1:$port" 2>/dev/null | grep -q '^HTTP/1.1 200'
    else
        [ "$(http_status "$port" /v2/health/ready)" = 200 ]
    fi
}

# All rows are asked for at once: a node that hangs delays no other.
show_status() {
    local name rows index=0
    printf '%-12s %-8s %-17s %-16s %-8s %-6s %-10s %s\n' NAME PID ROLES ADDRESS STATE READY MEMORY UPTIME
    rows=$(mktemp -d)
    for name in postgres balancer $(members); do
        index=$((index + 1))
        case $name in
            postgres) row postgres database "$postgres_port" answers_postgres ;;
            balancer) row balancer balancer "$port" answers_balancer ;;
            *) row "$name" "$(roles_of "$name")" "$(http_port "$name")" is_ready "$name" ;;
        esac >"$rows/$index" &
    done
    wait
    for ((name = 1; name <= index; name++)); do cat "$rows/$name"; done
    rm -rf "$rows"
}
