using System.Text.Json;
using Progeny.Contracts.Explanations;
using Progeny.Core.Explanations;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.QueryLog;
using ReplayDifference = Progeny.Contracts.Explanations.ReplayDifference;

namespace Progeny.Gateway.Explanations;

internal static class ExplanationViews
{
    public static ExplanationView ToView(this Explanation explanation, QueryRecord record) => new()
    {
        QueryId = record.QueryId,
        Version = VersionOf(record),
        Arm = record.Arm,
        Reason = record.Reason,
        Rules = explanation.Rules,
        Prediction = JsonElement.Parse(QueryRecordJson.Prediction(record)!),
        Model = explanation.OfModel is { } own ? JsonElement.Parse(QueryRecordJson.Prediction(own)) : null,
        Method = explanation.Method,
        Space = explanation.Space,
        Class = explanation.Class,
        BaseValue = explanation.BaseValue,
        Value = explanation.Value,
        Rounding = explanation.Rounding,
        Contributions = [.. explanation.Contributions.Select(ToView)],
        Background = new BackgroundView(explanation.BackgroundRows, explanation.BackgroundSource),
        Evaluations = explanation.Evaluations,
        Samples = explanation.Samples,
        Notes = explanation.Notes,
    };

    public static ReplayView ToView(this Replay replay, QueryRecord record) => new(
        record.QueryId,
        VersionOf(record),
        replay.Identical,
        JsonElement.Parse(replay.Recorded),
        replay.Replayed is { } json ? JsonElement.Parse(json) : null,
        [.. replay.Differences.Select(difference => new ReplayDifference(difference.What, difference.Recorded, difference.Replayed))],
        replay.Notes);

    private static ContributionView ToView(Contribution part) => new(part.Feature, part.Value, part.From, part.Amount, part.StandardError);

    private static string VersionOf(QueryRecord record) =>
        $"{(record.GenerationProject is { } other ? other + "@" : "")}{record.Release}:{record.Generation}";
}
