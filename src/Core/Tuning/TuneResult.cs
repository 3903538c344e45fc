using Progeny.Abstractions.Tuning;

namespace Progeny.Core.Tuning;

/// <summary>What a search found.</summary>
/// <param name="Best">The best trial of the last round.</param>
/// <param name="Trials">All that were run, in their order.</param>
/// <param name="Metric">The metric that decided.</param>
public sealed record TuneResult(TrialInfo Best, IReadOnlyList<TrialInfo> Trials, string Metric);
