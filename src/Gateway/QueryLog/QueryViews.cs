using System.Text.Json;
using Progeny.Contracts.QueryLog;
using Progeny.Core.QueryLog;
using OutcomeView = Progeny.Contracts.QueryLog.ReportedOutcome;
using ReportedOutcome = Progeny.Core.QueryLog.ReportedOutcome;

namespace Progeny.Gateway.QueryLog;

internal static class QueryViews
{
    public static QueryView ToView(this LoggedQuery query)
    {
        var record = query.Record;
        return new QueryView
        {
            QueryId = record.QueryId,
            Sequence = query.Sequence,
            At = record.At,
            Version = $"{record.Release}:{record.Generation}",
            Arm = record.Arm,
            Reason = record.Reason,
            Entity = record.Entity,
            Fields = Parse(QueryRecordJson.Fields(record)),
            Augmented = Parse(QueryRecordJson.Augmented(record)),
            Prediction = Parse(QueryRecordJson.Prediction(record)),
            Error = record.Error,
            Rules = Parse(QueryRecordJson.Rules(record)),
            Latency = new LatencyView(record.Latency.Augment, record.Latency.Queue, record.Latency.Predict, record.Latency.Total),
            Attempts = query.Attempts,
            Others = query.Others.Count > 0 ? query.Others : null,
            Outcome = query.Outcomes is [.., var last] ? last.Value : null,
            Outcomes = [.. query.Outcomes.Select(ToView)],
        };
    }

    private static OutcomeView ToView(ReportedOutcome outcome) =>
        new(outcome.QueryId, outcome.Value, outcome.ObservedAt, outcome.ReportedAt) { IsReread = outcome.IsReread };

    private static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);
}
