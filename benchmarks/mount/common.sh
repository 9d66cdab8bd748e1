# shellcheck shell=bash disable=SC2154
# What the scripts of this folder share; they set rounds and seconds before. Shell, to be sourced.

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
gcc -O2 -o "$work/ops" "$home/benchmarks/mount/ops.c"

declare -A servers=() # The process ids of what start() started, by name.
trap 'exit 130' INT
trap 'exit 143' TERM

# Unmounts the mounts of these names, whatever state they are in, ends their servers, and removes what was made.
clean() {
    trap '' INT TERM
    cd /
    for name in "$@"; do
        "$home/hexfuse" umount "$work/$name" 2> /dev/null || umount -l "$work/$name" 2> /dev/null || true
        if [ -n "${servers[$name]:-}" ]; then
            end "${servers[$name]}"
            umount -l "$work/$name" 2> /dev/null || true # Of a server that mounted meanwhile.
        fi
    done
    rm -rf "$work"
}

# Terminates a process; kills it after ten seconds.
end() {
    kill "$1" 2> /dev/null || return 0
    for _ in $(seq 100); do
        sleep 0.1
        kill -0 "$1" 2> /dev/null || return 0
    done
    kill -KILL "$1" 2> /dev/null || true
}

# Mounts a filesystem of this project by the name NAME: serve NAME FS [OPTION...]. Each server runs as a daemon, in a session of its own:
# Linux schedules a session's processes as a group, and places them by that.
serve() {
    local name=$1 fs=$2
    shift 2
    mkdir -p "$work/$name"
    # Ctrl-C does not reach it there: the trap runs once it has mounted, and unmounts.
    setsid --wait "$home/hexfuse" mount "$fs" "$work/$name" "$@" --daemon --log "$work/$name.log" > /dev/null
}

# Starts a server of another project, which stays in the foreground, in a session of its own, and waits for its mount:
# start NAME COMMAND...
start() {
    local name=$1
    shift
    setsid "$@" > "$work/$name.log" 2>&1 &
    servers[$name]=$!
    disown
    for _ in $(seq 300); do
        if mountpoint -q "$work/$name"; then return 0; fi
        kill -0 "${servers[$name]}" 2> /dev/null || break
        sleep 0.1
    done
    echo "$name is not mounted; its server says:" >&2
    cat "$work/$name.log" >&2
    return 1
}

# The JDK 25 of the machine.
jdk_25() {
    local jdk
    for jdk in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/*; do
        if grep -q '^JAVA_VERSION="25[".]' "$jdk/release" 2> /dev/null; then
            echo "$jdk"
            return
        fi
    done
    echo "a JDK 25 is needed: below /usr/lib/jvm, or named by JAVA_HOME" >&2
    return 1
}

# ops MODE PROCESSES DIRECTORY: operations a second.
ops() {
    "$work/ops" "$3" "$1" "$2" "$seconds"
}

# medians NAMES COMMAND...: runs the command with the directory of each mount as its last argument, in turns, another one first in each
# round, so that what disturbs the machine disturbs all. Prints the medians of what it printed, in the order of the names.
medians() {
    local names=$1 order=$1
    shift
    for name in $names; do : > "$work/$name.numbers"; done
    for _ in $(seq "$rounds"); do
        for name in $order; do "$@" "$work/$name" >> "$work/$name.numbers"; done
        order="${order#* } ${order%% *}"
    done
    for name in $names; do
        sort -n "$work/$name.numbers" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
    done | paste -sd' '
}
