# Sourced by run.sh, cluster.sh, test.sh and progeny: brings what they need on a Debian with the .NET SDK and Node, and builds.
# Everything is made once: with nothing changed, a second call costs a fraction of a second.

# The .NET SDK and npm report their use unless told not to.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NPM_CONFIG_UPDATE_NOTIFIER=false
# A build leaves no waiting process behind, so that a pipe it was started with ends with it.
export MSBUILDDISABLENODEREUSE=1

configuration=Release
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }

fail() { printf '%s\n' "$@" >&2; return 1; }

require_tools() {
    command -v dotnet >/dev/null || fail "The .NET SDK is missing: install .NET 10 (https://dotnet.microsoft.com/download) and put 'dotnet' on the PATH." || return
    command -v npm >/dev/null || fail "Node's npm is missing: install Node.js 20 or later (https://nodejs.org) and put 'npm' on the PATH."
}

# require_packages NAME...: installs the Debian packages that are missing. On another system it does nothing, and what
# is missing is reported by whoever needs it.
require_packages() {
    command -v dpkg >/dev/null || return 0
    local missing=() name
    for name in "$@"; do
        dpkg -s "$name" 2>/dev/null | grep -q '^Status: .* installed$' || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    local root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "Debian packages are missing. As root: apt-get install ${missing[*]}" || return
        root=(sudo)
    fi
    say "Installing ${missing[*]} ..."
    local log; log=$(mktemp)
    # A fresh image has no package lists, and old lists name packages that are gone.
    if "${root[@]}" apt-get update -q </dev/null >"$log" 2>&1 &&
       "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null >>"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "These packages could not be installed: ${missing[*]}"
    fi
}

# build SOLUTION [OPTION...]: builds a solution, unless nothing changed since it was last built so: a build that finds all up to date
# takes ten seconds.
build() {
    local stamp log=artifacts/build.log state
    stamp=$(build_stamp "$@")
    state=$(sources_state)
    [ "$(cat "$stamp" 2>/dev/null)" != "$state" ] || return 0
    mkdir -p artifacts
    rm -f "$stamp"
    say "Building ..."
    # One compiler process for all projects, which is ended with the build.
    if ! dotnet build "$@" -c $configuration -p:UseSharedCompilation=true --tl:off -clp:NoSummary -v:minimal </dev/null >"$log" 2>&1; then
        grep -E 'error|FAILED' "$log" | sort -u >&2
        fail "The build failed; $log says more."
        return
    fi
    dotnet build-server shutdown --vbcscompiler </dev/null >/dev/null 2>&1
    printf '%s\n' "$state" >"$stamp"
}

# build_stamp SOLUTION [OPTION...]: the file that says of which sources a build was made.
build_stamp() { echo "artifacts/built-$(echo "$*" | tr -c 'A-Za-z0-9.\n' _)"; }

# What the build reads: every source file's path, size and time, and the SDK.
sources_state() {
    {
        find Directory.* Orleans.sln Programs.slnf global.json .editorconfig build docs examples src tests bench \
            \( -path 'examples/*/data' -o -name bin -o -name obj -o -name __pycache__ \) -prune -o -type f -printf '%p %s %T@\n' | LC_ALL=C sort
        dotnet --version
    } | sha256sum
}

# The programs that ./run.sh, ./cluster.sh and ./progeny start, without tests and benchmarks. What the analyzers say is for who changes the code:
# ./test.sh and a plain "dotnet build Orleans.sln" ask them.
build_programs() { build "${program_builds[@]}"; }
program_builds=(Programs.slnf -p:RunAnalyzers=false)

# A short name of the sources that the programs were built from.
programs_state() { cut -c 1-12 "$(build_stamp "${program_builds[@]}")"; }

# Benchmarks as well.
build_all() { build Orleans.sln -p:RunAnalyzers=false; }

# Brings the real data of the examples (npm vega-datasets) and makes their feeds: artifacts/flights/flights.db and
# examples/penguins/data/penguins.csv. Needs the built programs.
bring_examples() {
    local package=vega-datasets@3.2.1 folder=artifacts/vega-datasets-3.2.1
    local sha512=9534b0640eb2abaa925366199bee9ba882e222f4cf3f19f88ad8abee33c61661c874fbd47d0f690b3cdcae4958cb030980b51b68879291941d88977ac01c4fba tarball temporary
    if [ ! -d "$folder" ]; then
        say "Bringing the flights (npm $package) ..."
        mkdir -p artifacts
        temporary=$(mktemp -d artifacts/vega.XXXXXX)
        (cd "$temporary" && npm pack "$package" --ignore-scripts --prefer-offline --silent </dev/null >/dev/null) ||
            { rm -rf "$temporary"; fail "'npm pack $package' failed: npm's registry must be reachable for the first start."; return; }
        tarball=$(echo "$temporary"/*.tgz)
        if ! echo "$sha512  $tarball" | sha512sum --check --status; then
            rm -rf "$temporary"
            fail "The npm package $package has another SHA-512 than scripts/setup.sh pins: nothing was unpacked."
            return
        fi
        tar -xzf "$tarball" -C "$temporary" --strip-components=2 package/data/flights-20k.json package/data/airports.csv package/data/penguins.json &&
            rm "$tarball" && mv "$temporary" "$folder" ||
            { rm -rf "$temporary"; fail "The npm package $package could not be unpacked."; return; }
    fi
    [ -f artifacts/flights/flights.db ] && [ -f examples/penguins/data/penguins.csv ] ||
        dotnet "$(program Replay Progeny.Replay.dll)" load --source "$folder" --flights artifacts/flights/flights.db --penguins examples/penguins/data/penguins.csv
}

# program PROJECT FILE: where the build put a program.
program() { echo "$repository/artifacts/bin/$1/${configuration,,}/$2"; }
