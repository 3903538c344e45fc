using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Evaluation;

/// <summary>Measures what a generation predicted for queries whose outcome is known by now.</summary>
public sealed class ServedEvaluator(IQueryLog log, TimeProvider time)
{
    private const int RowsBetweenReports = 10_000;

    /// <summary>
    /// Goes through the log and measures live answers and those that nobody saw, each for themselves. Attempts that failed have no
    /// prediction.
    /// </summary>
    /// <param name="onRows">Told the number of predictions so far; may be null.</param>
    public async Task<ServedEvaluation> RunAsync(
        GenerationReference generation, Manifest manifest, string jobId, IProgress<long>? onRows, CancellationToken cancellationToken)
    {
        var (live, shadow) = (new ServedRows(manifest), new ServedRows(manifest));
        var at = time.GetUtcNow();
        var read = 0L;
        var served = log.ReadServedAsync(
            generation.Project, generation.Release, generation.Generation, after: 0, manifest.Evaluation.Groups, cancellationToken);
        await foreach (var outcome in served)
        {
            // Another project's generation may have the same number, and answer here as an arm.
            if (outcome.Owner != generation.Project)
                continue;
            if (outcome.Reason == Reasons.Shadow)
                shadow.Add(outcome);
            else if (outcome.Reason != Reasons.Failed)
                live.Add(outcome);
            if (++read % RowsBetweenReports == 0)
                onRows?.Report(read);
        }

        return new ServedEvaluation { Generation = generation, At = at, JobId = jobId, Live = live.Measure(), Shadow = shadow.Measure() };
    }
}
