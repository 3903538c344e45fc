using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;

namespace Progeny.Core.Experiments;

/// <summary>Whether the metric of an experiment means the same of two generations: each is scored by what its own release says.</summary>
public static class ComparedMetrics
{
    /// <summary>Why a generation cannot be compared with the champion by a metric; null: it can.</summary>
    /// <param name="metric"><see cref="MetricsPoint.LossName"/>, which follows from the task, or one of the project's own.</param>
    public static string? Problem(
        string metric,
        (GenerationReference Generation, Manifest Manifest) champion,
        (GenerationReference Generation, Manifest Manifest) other)
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (metric == MetricsPoint.LossName)
            return null;
        var (its, own) = (SqlOf(other.Manifest), SqlOf(champion.Manifest));
        return own is null ? $"{champion.Generation}, which is in production, has no metric '{metric}'"
            : its is null ? $"{other.Generation} has no metric '{metric}'"
            : its != own
                ? $"the metric '{metric}' of {other.Generation} is \"{its}\", that of {champion.Generation}, which is in production, "
                    + $"\"{own}\""
            : null;

        string? SqlOf(Manifest manifest) => manifest.Metrics.FirstOrDefault(known => known.Name == metric)?.Value.Trim();
    }
}
