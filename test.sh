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
require_packages libxgboost0 bubblewrap libseccomp2 python3-numpy python3-sklearn python3-onnx python3-xgboost postgresql rabbitmq-server haproxy || give_up
build Orleans.sln || give_up

# A folder of this run's own: results of earlier runs, or of one beside this, never count.
mkdir -p artifacts/test-results
results=$(mktemp -d artifacts/test-results/run.XXXXXX)
exit_code=0
# Those of whole nodes, which wait more than they compute, beside all others one after another; those that kill the nodes of clusters by
# themselves at the end, since they measure times. A test that hangs is ended, and fails.
run_tests() {
    dotnet test "$1" -c $configuration --no-build --tl:off --blame-hang-timeout 3m --blame-hang-dump-type none \
        --logger trx --logger "console;verbosity=minimal" --results-directory "$results" </dev/null
}
nodes=tests/Gateway.Tests/Gateway.Tests.csproj
clusters=tests/Cluster.Tests/Cluster.Tests.csproj
run_tests $nodes &
for project in tests/*/*.csproj; do
    [ "$project" = $nodes ] || [ "$project" = $clusters ] || run_tests "$project" || exit_code=$?
done
wait $! || exit_code=$?
run_tests $clusters || exit_code=$?

count() { find "$results" -name '*.trx' -exec cat {} + | grep -oE '<UnitTestResult [^>]*>' | grep -cE "outcome=\"($1)\""; }
passed=$(count 'Passed')
skipped=$(count 'NotExecuted')
failed=$(($(count '[A-Za-z]+') - passed - skipped))
[ $exit_code != 0 ] || rm -rf "$results"

if [ $exit_code != 0 ] && [ $failed = 0 ]; then
    echo "The test run broke off (exit code $exit_code), though no test that ended has failed: counted as one failure."
    failed=1
elif [ $((passed + failed)) = 0 ]; then
    echo "No test was executed."
    failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
