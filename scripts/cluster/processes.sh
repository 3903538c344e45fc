# Sourced by cluster.sh: processes that outlive the script, known by files of their own.
#
# run/NAME.pid says "PID STARTED BOOT". A process counts as ours only while all three are true of it: numbers of processes are given
# again, to other programs.

# start_time PID: when a process started, in ticks since the machine did; nothing for one that is gone or only waits to be reaped.
start_time() {
    local line fields
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return
    # The name of the program, in brackets, may hold anything.
    read -ra fields <<<"${line##*) }"
    [ "${fields[0]}" != Z ] && echo "${fields[19]}"
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# remember NAME PID
remember() {
    echo "$2 $(start_time "$2") $(boot_id)" >"$folder/run/$1.pid.new" && mv "$folder/run/$1.pid.new" "$folder/run/$1.pid"
}

forget() { rm -f "$folder/run/$1.pid"; }

# pid_of NAME: the number of the process if it is alive; fails otherwise.
pid_of() {
    local pid started boot
    read -r pid started boot 2>/dev/null <"$folder/run/$1.pid" || return
    [ -n "$started" ] && [ "$boot" = "$(boot_id)" ] && [ "$(start_time "$pid")" = "$started" ] && echo "$pid"
}

is_alive() { pid_of "$1" >/dev/null; }

# start NAME LOG COMMAND...: starts a process in a session of its own, so that Ctrl-C does not reach it, with its output added to a file.
# The lock of this script is not for it.
start() {
    local name=$1 log=$2
    shift 2
    setsid "$@" </dev/null >>"$log" 2>&1 9>&- &
    remember "$name" $!
    disown
}

# signal NAME SIGNAL
signal() {
    local pid
    pid=$(pid_of "$1") && kill -"$2" "$pid" 2>/dev/null
}

# wait_gone NAME SECONDS: until the process has ended.
wait_gone() {
    local left=$(($2 * 10))
    while is_alive "$1"; do
        [ $((left -= 1)) -ge 0 ] && [ -z "$interrupted" ] || return
        sleep 0.1
    done
}

# finish NAME SECONDS [SIGNAL]: ends a process in good order, or after that time by force.
finish() {
    if signal "$1" "${3:-TERM}"; then
        wait_gone "$1" "$2" || {
            [ -z "$interrupted" ] || return
            fail "$1 did not end within $2 s and is killed; its log is $(log_of "$1")."
            signal "$1" KILL
            wait_gone "$1" 10
        }
    fi
    is_alive "$1" || forget "$1"
}

memory_of() { awk '/^VmRSS:/ { printf "%d MiB\n", $2 / 1024 }' "/proc/$1/status" 2>/dev/null; }

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# require_free NAME PORT...: says who cannot start where another program listens.
require_free() {
    local name=$1 port
    shift
    for port in "$@"; do
        ! listens "$port" || fail "Port $port, which $name needs, is taken by another program: end that one, or choose other ports with './cluster.sh up --port N'." || return
    done
}

# http_status PORT PATH: the status of a GET, or nothing where there is no answer within two seconds.
http_status() {
    # Only in a shell of its own can a connection that is refused be kept from saying so.
    (
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit
        printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
        read -rt 2 _ status _ <&3 && echo "$status"
    ) 2>/dev/null
}
