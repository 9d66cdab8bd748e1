# shellcheck shell=bash disable=SC2154
# What the scripts of this folder share; they set rounds and seconds before. Shell, to be sourced.

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
gcc -O2 -o "$work/ops" "$home/benchmarks/mount/ops.c"

# Unmounts the mounts of these names, whatever state they are in, and removes what was made.
clean() {
    cd /
    for name in "$@"; do
        "$home/hexfuse" umount "$work/$name" 2> /dev/null || umount -l "$work/$name" 2> /dev/null || true
    done
    rm -rf "$work"
}

# Mounts a filesystem of this project by the name NAME: serve NAME FS [OPTION...]. Each server runs as a daemon, in a session of its own:
# Linux schedules a session's processes as a group, and places them by that.
serve() {
    local name=$1 fs=$2
    shift 2
    mkdir -p "$work/$name"
    "$home/hexfuse" mount "$fs" "$work/$name" "$@" --daemon --log "$work/$name.log" > /dev/null
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
