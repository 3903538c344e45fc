using System.Globalization;
using Progeny.Abstractions.Feedback;
using Progeny.Abstractions.Retraining;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Spectre.Console;

namespace Progeny.Cli.Retraining;

/// <summary>An offline agent as people read it.</summary>
internal static class OfflinePage
{
    public static void Write(IAnsiConsole console, OfflineAgentInfo agent)
    {
        Tables.WritePairs(
            console,
            [
                ("project", agent.Project),
                ("paused", agent.Paused ? agent.PausedBy ?? "yes" : null),
                ("checked", Tables.Time(agent.CheckedAt)),
                .. Work("training", agent.Training),
                .. agent.Evaluation.Wanted ? Work("evaluation", agent.Evaluation) : [],
                .. agent.Outcomes is { } pull ? Pull(pull) : [],
            ]);
        if (agent.Error is { } error)
            console.MarkupLine($"[red]error:[/] {error.EscapeMarkup()}");
        foreach (var problem in agent.Outcomes?.Problems ?? [])
            console.MarkupLine($"[yellow]note:[/] {problem.EscapeMarkup()}");
    }

    private static IEnumerable<(string, string?)> Work(string name, OfflineWork work) =>
    [
        (name, $"waits for {work.WaitsFor}"),
        ("  not before", Tables.Time(work.Next)),
        ("  failed", work.Failures == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{work.Failures} in a row")),
        ("  last job", work.Job is null
            ? null
            : $"{work.Job}, {(work.Status is { } status ? ApiJson.NameOf(status) : "")}, {Tables.Time(work.CreatedAt)}"),
        ("  it said", work.Message),
    ];

    private static IEnumerable<(string, string?)> Pull(OutcomePull pull) =>
    [
        ("outcomes", $"from the feed '{pull.Feed}'"),
        ("  up to", pull.Watermark),
        ("  pulled", Tables.Time(pull.PulledAt)),
        ("  next", Tables.Time(pull.Next)),
        ("  accepted", Tables.Count(pull.Accepted)),
        ("  corrected", pull.Corrected == 0 ? null : Tables.Count(pull.Corrected)),
        ("  bad rows", pull.Bad == 0 ? null : Tables.Count(pull.Bad)),
        ("  without a query", pull.Waiting == 0
            ? null
            : $"{Tables.Count(pull.Waiting)}{(pull.Ambiguous == 0 ? "" : $", {Tables.Count(pull.Ambiguous)} of them with several to choose from")}; they wait for it"),
        ("  behind", pull.Behind == 0 ? null : $"{Tables.Plural(pull.Behind, "row")} came behind the watermark and were not read"),
        ("  ahead", pull.Ahead == 0 ? null : $"{Tables.Plural(pull.Ahead, "row")} with a watermark far ahead; it stays before them"),
        ("  failed", pull.Failures == 0 ? null : $"{pull.Failures.ToString(CultureInfo.InvariantCulture)} in a row: {pull.Error}"),
    ];
}
