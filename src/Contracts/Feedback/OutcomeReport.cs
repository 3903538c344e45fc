using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Progeny.Contracts.Feedback;

/// <summary>The truth for one query.</summary>
/// <param name="QueryId">The id that the query had, or got in its answer.</param>
/// <param name="Outcome">A class (text, number or boolean), or a number for regression.</param>
/// <param name="ObservedAt">When it came true; may be left out.</param>
public sealed record OutcomeReport(
    [property: Required] string? QueryId, [property: Required] JsonElement Outcome, DateTimeOffset? ObservedAt);
