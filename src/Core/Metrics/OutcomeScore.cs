using Progeny.Abstractions.Lifecycle;

namespace Progeny.Core.Metrics;

/// <summary>How good one prediction was, by its last outcome.</summary>
/// <param name="Project">The project that was asked: mostly the generation's own.</param>
/// <param name="Generation">Who predicted.</param>
/// <param name="At">When it was predicted.</param>
/// <param name="Values">The loss (<see cref="MetricsPoint.LossName"/>) and the project's own metrics; those without a value are left out.</param>
public sealed record OutcomeScore(string Project, GenerationReference Generation, string QueryId, DateTimeOffset At, IReadOnlyDictionary<string, double> Values);
