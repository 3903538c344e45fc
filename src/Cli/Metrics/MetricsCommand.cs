using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using Progeny.Cli.Common;
using Progeny.Contracts.Metrics;
using Spectre.Console;

namespace Progeny.Cli.Metrics;

/// <summary><c>progeny metrics</c></summary>
internal static class MetricsCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var from = new Option<string?>(
            "--from") { Description = "From this time (ISO 8601); without it an hour before --to.", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "To this time; without it now.", HelpName = "TIME" };
        var step = new Option<string?>(
            "--step") { Description = "The time between rows, e.g. 10s, 5m or 1h; without it one that fits.", HelpName = "DURATION" };
        var by = new Option<string?>(
            "--by") { Description = "generation, or arm: a row for each of them; without it the project as a whole.", HelpName = "WHAT" };
        var command = new Command(
            "metrics", "What a project did: requests, errors, latency, loss and its own metrics.") { project, from, to, step, by };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            List<Option<string?>> given = [.. new[] { from, to, step, by }.Where(option => result.GetValue(option) is not null)];
            var path = FormattableStringFactory.Create(
                "api/projects/{0}/metrics"
                    + string.Concat(given.Select((option, i) => $"{(i == 0 ? '?' : '&')}{option.Name.TrimStart('-')}={{{i + 1}}}")),
                [name, .. given.Select(option => result.GetValue(option))]);
            var answer = await client.GetAsync<MetricsView>(path, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Series.Count == 0)
                context.Out.WriteLine(
                    $"Nothing happened to '{name}' from {Tables.Time(answer.Value.From)} to {Tables.Time(answer.Value.To)}.");
            else
                Write(context.Out, answer.Value.Series);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<MetricsSeriesView> series)
    {
        var byArm = series.Any(each => each.Arm is not null);
        var byGeneration = series.Any(each => each.Version is not null);
        List<string> own = [
            .. series.SelectMany(each => each.Points).SelectMany(point => point.Metrics.Keys).Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        var table = Tables.Create(
            console,
            [
                .. byGeneration ? ["version"] : Array.Empty<string>(),
                .. byArm ? ["arm"] : Array.Empty<string>(),
                "at",
                "requests",
                "rows",
                "errors",
                "p50 ms",
                "p90 ms",
                "p99 ms",
                "mean ms",
                "outcomes",
                "loss",
                .. own,
            ])
            .RightAlign(1 + (byGeneration ? 1 : 0) + (byArm ? 1 : 0));
        foreach (var (version, arm, points) in series)
        {
            foreach (var point in points)
            {
                table.AddTexts([
                    .. byGeneration ? [version ?? ""] : Array.Empty<string>(),
                    .. byArm ? [arm ?? ""] : Array.Empty<string>(),
                    Tables.Time(point.At),
                    Counted(point.Requests),
                    Counted(point.Rows),
                    Counted(point.Errors),
                    Milliseconds(point.Latency?.P50),
                    Milliseconds(point.Latency?.P90),
                    Milliseconds(point.Latency?.P99),
                    Milliseconds(point.Latency?.Mean),
                    Tables.Count(point.Outcomes),
                    Tables.Figure(point.Loss),
                    .. own.Select(metric => Tables.Figure(point.Metrics.TryGetValue(metric, out var figure) ? figure : null))]);
            }
        }

        console.Write(table);
    }

    private static string Counted(long? count) => count is { } number ? Tables.Count(number) : "–";

    private static string Milliseconds(double? microseconds) =>
        microseconds is { } value ? (value / 1e3).ToString("0.000", CultureInfo.InvariantCulture) : "–";
}
