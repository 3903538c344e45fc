using Progeny.Contracts.Feedback;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Gateway.Feedback;

internal static class OutcomeCheck
{
    /// <summary>The outcome to store, or what is wrong with a report and what would be right.</summary>
    public static (ReportedOutcome? Outcome, string? Problem) Read(OutcomeReport? report, Manifest manifest, DateTimeOffset now)
    {
        if (report?.QueryId is not { Length: > 0 and <= QueryRowsReader.MaxRowIdCharacters })
            return (null, $"query_id must be a text of 1 to {QueryRowsReader.MaxRowIdCharacters} characters: the id that the query's "
                + "answer carries");
        if (QueryIds.Problem(report.QueryId) is { } wrong)
            return (null, $"query_id {wrong}");
        var (value, problem) = OutcomeValues.Read(manifest, report.Outcome);
        return value is null ? (null, $"outcome: {problem}") : (new ReportedOutcome(report.QueryId, value, report.ObservedAt, now), null);
    }
}
