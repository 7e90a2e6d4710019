# What the scripts in this folder have in common.

set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never
target=${CARGO_TARGET_DIR:-$PWD/target}

# The compilers, so that a new lint or a new format of a file is found by the weekly run, which takes the
# newest, and not by someone's pull request.
pinned_nightly=nightly-2026-05-20
export RUSTUP_TOOLCHAIN=${RUST:-1.95.0} NIGHTLY=${NIGHTLY:-$pinned_nightly}

# The tools, fast to build rather than fast to run.
declare -A tools=(
    [cargo-deny]=0.20.2
    [cargo-fuzz]=0.13.2
    [cargo-hack]=0.6.46
    [cargo-llvm-cov]=0.9.1
    [cargo-mutants]=27.1.0
    [cargo-public-api]=0.52.0
    [cargo-semver-checks]=0.51.0
)

# tool NAME...: installs the version above, unless it is what is installed.
tool() {
    local name
    for name; do
        CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
            cargo install --quiet --locked "$name@${tools[$name]}"
    done
}

# toolchain NAME [COMPONENT...]: installs what is missing of it.
toolchain() {
    local name=$1 component installed
    shift
    rustup run "$name" rustc --version >/dev/null 2>&1 ||
        rustup toolchain install --profile minimal --no-self-update "$name" || return
    installed=$(rustup component list --installed --toolchain "$name") || return
    for component; do
        [[ $installed == *"$component"* ]] || rustup component add --toolchain "$name" "$component" || return
    done
}

# debian PACKAGE...: installs what is missing.
debian() {
    dpkg -s "${@%%=*}" >/dev/null 2>&1 ||
        { apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@"; }
}

# step NAME COMMAND...: runs the command under the name, and says how long it took. If there are steps in
# `wanted`, only those.
declare -A wanted=()
only=0
step() {
    ((!only)) || [[ -n ${wanted[$1]:-} ]] || return 0
    unset "wanted[$1]"
    printf '\n== %s\n' "$1"
    shift
    local start=$SECONDS
    "$@"
    printf -- '-- %s s\n' "$((SECONDS - start))"
}
