using System.Text.Json;

namespace Progeny.Gateway.Feedback;

/// <summary>The truth for one query.</summary>
/// <param name="QueryId">The id that the query had, or got in its answer.</param>
/// <param name="Outcome">A class (text, number or boolean), or a number for regression.</param>
/// <param name="ObservedAt">When it came true; may be left out.</param>
internal sealed record OutcomeReport(string? QueryId, JsonElement Outcome, DateTimeOffset? ObservedAt);
