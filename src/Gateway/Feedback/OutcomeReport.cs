using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Gateway.Feedback;

/// <summary>The truth for one query.</summary>
/// <param name="QueryId">The id that the query had, or got in its answer.</param>
/// <param name="Outcome">A class (text, number or boolean), or a number for regression.</param>
/// <param name="ObservedAt">When it came true; may be left out.</param>
internal sealed record OutcomeReport([property: Required] string? QueryId, [property: Required] JsonElement Outcome, DateTimeOffset? ObservedAt)
{
    /// <summary>The outcome to store, or what is wrong and what would be right.</summary>
    public static (ReportedOutcome? Outcome, string? Problem) Check(OutcomeReport? report, Manifest manifest, DateTimeOffset now)
    {
        if (report?.QueryId is not { Length: > 0 and <= QueryRowsReader.MaxRowIdCharacters })
            return (null, $"query_id must be a text of 1 to {QueryRowsReader.MaxRowIdCharacters} characters: the id that the query's answer carries");
        if (QueryIds.Problem(report.QueryId) is { } wrong)
            return (null, $"query_id {wrong}");
        var (value, problem) = OutcomeValues.Read(manifest, report.Outcome);
        return value is null ? (null, $"outcome: {problem}") : (new ReportedOutcome(report.QueryId, value, report.ObservedAt, now), null);
    }
}
