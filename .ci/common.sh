# What .ci/run and .ci/deep have in common.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never

# step NAME COMMAND...: runs the command under the name, and says how long it took.
step() {
    printf '\n== %s\n' "$1"
    shift
    local start=$SECONDS
    "$@"
    printf -- '-- %s s\n' "$((SECONDS - start))"
}

# component NAME...: adds what is missing to the stable toolchain.
component() {
    local name installed
    installed=$(rustup component list --installed)
    for name; do
        [[ $installed == *"$name"* ]] || rustup component add "$name"
    done
}

# tool NAME@VERSION...: installs what is missing, fast to build rather than fast to run.
tool() {
    local name
    for name; do
        command -v "${name%@*}" >/dev/null ||
            CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
                cargo install --quiet --locked "$name"
    done
}
