using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Contracts.Experiments;
using Spectre.Console;

namespace Progeny.Cli.Experiments;

/// <summary>Experiments for people.</summary>
internal static class ExperimentTables
{
    /// <summary>One line an experiment.</summary>
    public static void WriteList(IAnsiConsole console, IReadOnlyList<ExperimentView> experiments)
    {
        var table = Tables.Create(console, "experiment", "status", "challengers", "since", "said");
        foreach (var experiment in experiments)
        {
            table.AddTexts(
                experiment.Id,
                experiment.Verdict is { } verdict ? ApiJson.NameOf(verdict) : ApiJson.NameOf(experiment.Status),
                string.Join(", ", experiment.Arms.Skip(1).Select(arm => arm.Generation.Version)),
                Tables.Time(experiment.StartedAt),
                experiment.Message);
        }

        console.Write(table);
    }

    /// <summary>All of one.</summary>
    public static void Write(IAnsiConsole console, ExperimentView experiment)
    {
        Tables.WritePairs(
            console,
            ("experiment", experiment.Id),
            ("project", experiment.Project),
            ("status", ApiJson.NameOf(experiment.Status) + (experiment.Verdict is { } verdict ? $": {ApiJson.NameOf(verdict)}" : "")),
            ("said", experiment.Message),
            ("metric", experiment.Rules.Metric),
            ("step", experiment.Step?.ToString(CultureInfo.InvariantCulture)),
            ("since", Tables.Time(experiment.StartedAt)),
            ("until", Tables.Time(experiment.EndedAt)),
            ("has run", Tables.Duration(TimeSpan.FromSeconds(experiment.Elapsed))),
            ("by", experiment.By),
            ("why", experiment.Reason));
        var table = Tables.Create(
            console, "arm", "generation", "share", "outcomes", "mean", "interval", "evidence better", "evidence worse", "best")
                .RightAlign(2);
        foreach (var arm in experiment.Arms)
        {
            table.AddTexts(
                arm.Name,
                arm.Generation.ToString(),
                arm.Shadow ? "shadow" : arm.Out ? "out" : Percent(arm.Share),
                Tables.Count(arm.Outcomes),
                Tables.Figure(arm.Mean),
                arm.Interval is [var low, var high] ? $"{Tables.Figure(low)} … {Tables.Figure(high)}" : "–",
                Evidence(arm.EvidenceBetter),
                Evidence(arm.EvidenceWorse),
                arm.ProbabilityBest is { } best ? Percent(best) : "–");
        }

        console.Write(table);
        var history = Tables.Create(console, "at", "by", "plan", "what");
        foreach (var happened in experiment.History)
            history.AddTexts(
                Tables.Time(happened.At),
                happened.By,
                happened.PlanVersion?.ToString(CultureInfo.InvariantCulture) ?? "",
                happened.Message);
        console.Write(history);
    }

    private static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private static string Evidence(double? value) =>
        value is { } known ? known.ToString(known < 1_000 ? "0.##" : "0.#E+0", CultureInfo.InvariantCulture) : "–";
}
