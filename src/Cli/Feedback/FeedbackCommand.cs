using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Spectre.Console;

namespace Progeny.Cli.Feedback;

/// <summary><c>progeny feedback</c></summary>
internal static class FeedbackCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var command = new Command("feedback", "How late outcomes are, and how many are missing.") { project };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<FeedbackReport>(
                $"api/projects/{result.GetRequiredValue(project)}/feedback", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, FeedbackReport feedback)
    {
        if (feedback.Latency is { } latency)
        {
            Tables.WritePairs(
                console,
                ("outcomes checked", Tables.Count(latency.Outcomes)),
                ("come after (median)", Span(latency.P50)),
                ("90 % within", Span(latency.P90)),
                ("99 % within", Span(latency.P99)),
                ("the latest", Span(latency.Max)),
                ("without a query", feedback.Unmatched == 0 ? null : Tables.Count(feedback.Unmatched)));
        }
        else
        {
            console.WriteLine(
                feedback.Unmatched == 0
                    ? "No outcome was reported yet."
                    : $"None of {Tables.Plural(feedback.Unmatched, "outcome")} has a query in the log.");
        }

        var table = Tables.Create(console, "age of the query", "queries", "with outcome", "share").RightAlign(1);
        foreach (var age in feedback.Ages)
        {
            table.AddTexts(
                age.ToSeconds is { } to ? $"{Span(age.FromSeconds)} to {Span(to)}" : $"more than {Span(age.FromSeconds)}",
                Tables.Count(age.Queries),
                Tables.Count(age.WithOutcome),
                age.Share is { } share ? share.ToString("P1", CultureInfo.InvariantCulture) : "–");
        }

        console.Write(table);
    }

    private static string Span(double seconds) =>
        seconds < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###} s")
            : ManifestUnits.Format(TimeSpan.FromSeconds(Math.Round(seconds)));
}
