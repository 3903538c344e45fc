using Progeny.Abstractions.Releases;

namespace Progeny.Core.Evaluation;

/// <summary>Knows how the predictions of each generation are scored.</summary>
public interface IMetricSets
{
    /// <summary>The metrics of a generation; null: there is no such generation any more.</summary>
    ValueTask<MetricSet?> GetAsync(GenerationReference generation);
}
