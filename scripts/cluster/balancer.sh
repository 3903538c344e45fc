# Sourced by cluster.sh: HAProxy in front of the nodes.

balancer_files=(-f "$repository/deploy/haproxy/haproxy.cfg" -f)

# Writes the backend with all nodes that there are to be.
write_balancer_nodes() {
    local number
    {
        # With privileges it takes its ports, and works without.
        [ "$(id -u)" != 0 ] || printf 'global\n    user haproxy\n    group haproxy\n\n'
        echo 'backend nodes'
        for ((number = 1; number <= nodes; number++)); do
            echo "    server node-$number 127.0.0.1:$((port + number)) check"
        done
    } >"$folder/balancer.cfg.new" && mv "$folder/balancer.cfg.new" "$folder/balancer.cfg"
}

check_balancer() {
    local problems
    problems=$(BALANCER_TLS=$(balancer_tls) BALANCER_SOCKET=$folder/run/balancer.sock haproxy -c "${balancer_files[@]}" "$folder/balancer.cfg" 2>&1) ||
        fail "HAProxy refuses its configuration:" "$problems"
}

# Starts the balancer, or has the one that runs take over the nodes that there are now; no connection is lost by that.
start_balancer() {
    # Debian has it where only root's PATH leads.
    PATH=$PATH:/usr/sbin
    local before=
    [ ! -f "$folder/balancer.cfg" ] || before=$(cat "$folder/balancer.cfg")
    write_balancer_nodes || return
    check_balancer || return
    if is_alive balancer; then
        [ "$before" = "$(cat "$folder/balancer.cfg")" ] || signal balancer USR2
        return
    fi
    require_free "the balancer" "$port" "$statistics_port" || return
    say "Starting the balancer on port $port ..."
    BALANCER_BIND=127.0.0.1:$port BALANCER_TLS=$(balancer_tls) BALANCER_STATISTICS=127.0.0.1:$statistics_port BALANCER_SOCKET=$folder/run/balancer.sock \
        start balancer "$folder/balancer.log" haproxy -W "${balancer_files[@]}" "$folder/balancer.cfg"
    local left=100
    until listens "$port"; do
        is_alive balancer && [ $((left -= 1)) -ge 0 ] || { tail -n 10 "$folder/balancer.log" >&2; fail "The balancer did not start; its log is $folder/balancer.log."; return; }
        sleep 0.1
    done
}
