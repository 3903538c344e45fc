#!/usr/bin/env bash
# Runs every test. The last line is the sum of the real results: N passed, N failed, N skipped.
# Everything that it needs is brought first (Debian packages, npm, NuGet); a second run finds it there.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/setup.sh

give_up() {
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}

require_tools || give_up
require_packages libxgboost0 python3-numpy python3-sklearn python3-onnx python3-xgboost postgresql rabbitmq-server || give_up
# The stand-ins always; the packages as well where they restore.
engines=(standins)
dotnet build Orleans.sln -t:ProbeEngines --tl:off -v:quiet -nologo </dev/null || give_up
[ "$(grep -c '>packages<' artifacts/engine.props)" != 2 ] || engines+=(packages)

results=artifacts/test-results
rm -rf "$results"
exit_code=0
for Engine in "${engines[@]}"; do
    export Engine
    # What the analyzers say does not depend on the engine: once is enough.
    [ "$Engine" = standins ] || export RunAnalyzers=false
    build_solution || give_up
    # One project after another: some tests measure time or memory, and two cores are soon busy.
    dotnet test Orleans.sln -c $configuration --no-build -m:1 --tl:off --logger trx --logger "console;verbosity=minimal" --results-directory "$results/$Engine" </dev/null ||
        exit_code=$?
done

count() { cat "$results"/*/*.trx 2>/dev/null | grep -oE '<UnitTestResult [^>]*>' | grep -cE "outcome=\"($1)\""; }
passed=$(count 'Passed')
skipped=$(count 'NotExecuted')
failed=$(($(count '[A-Za-z]+') - passed - skipped))

if [ $exit_code != 0 ] && [ $failed = 0 ]; then
    echo "The test run broke off (exit code $exit_code), though no test that ended has failed: counted as one failure."
    failed=1
elif [ $((passed + failed)) = 0 ]; then
    echo "No test was executed."
    failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
