using System.Globalization;
using Progeny.Abstractions.Tuning;
using Progeny.Cli.Common;
using Spectre.Console;

namespace Progeny.Cli.Tuning;

/// <summary>The trials of a search as people read them.</summary>
internal static class TrialsTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<TrialInfo> trials)
    {
        if (trials.Count == 0)
        {
            console.WriteLine("No trial has ended.");
            return;
        }

        var rounds = trials.Max(trial => trial.Round) > 1;
        var table = Tables.Create(
            console, [.. rounds ? ["round"] : Array.Empty<string>(), "trial", "rows", "seconds", "score", "", "parameters"])
                .RightAlign(0, rounds ? 5 : 4);
        foreach (var trial in trials)
        {
            table.AddTexts(
            [
                .. rounds ? [trial.Round.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
                trial.Number.ToString(CultureInfo.InvariantCulture),
                Tables.Count(trial.Rows),
                trial.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
                Tables.Figure(trial.Score),
                trial.Best ? "best" : trial.Score is null ? "failed" : "",
                trial.Score is null ? $"{trial.Parameters}: {trial.Message}" : trial.Parameters,
            ]);
        }

        console.Write(table);
    }
}
