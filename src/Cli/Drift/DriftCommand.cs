using System.CommandLine;
using System.Globalization;
using Progeny.Abstractions.Drift;
using Progeny.Cli.Common;
using Progeny.Contracts.Drift;
using Spectre.Console;

namespace Progeny.Cli.Drift;

/// <summary><c>progeny drift</c></summary>
internal static class DriftCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var command = new Command(
            "drift", "Whether queries have drifted from what the generations that answer them were trained on.") { project };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            var answer = await client.GetAsync<IReadOnlyList<DriftView>>($"api/projects/{name}/drift", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Count == 0)
                context.Out.WriteLine($"No generation of '{name}' answers queries yet.");
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<DriftView> generations)
    {
        foreach (var (version, status, report) in generations)
        {
            console.WriteLine(status switch
            {
                "unknown" => $"{version}: there is no training profile to compare with.",
                "waiting" => $"{version}: not enough queries yet.",
                _ => $"{version}: {status}{(report?.Since is { } since ? $" since {Tables.Time(since)}" : "")}; check "
                    + $"{Tables.Count(report!.Check)} at {Tables.Time(report.At)}, {Tables.Count(report.Rows)} rows",
            });
        }

        if (generations.All(generation => generation.Report is null))
            return;
        var table = Tables.Create(console, ["version", "column", "drifted", "psi", "test", "statistic", "p", "rows"]).RightAlign(3, 4)
            .RightAlign(5);
        foreach (var (version, _, report) in generations)
        {
            foreach (var column in report?.Columns ?? [])
            {
                table.AddTexts([
                    version,
                    column.IsPrediction ? $"{column.Name} (prediction)" : column.Name,
                    column.Drifted ? "yes" : "no",
                    Tables.Figure(column.Psi),
                    column.Test == DriftTest.ChiSquare ? "chi-square" : "KS",
                    Tables.Figure(column.Statistic),
                    column.PValue.ToString("0.0e+0", CultureInfo.InvariantCulture),
                    Tables.Count(column.Rows)]);
            }
        }

        console.Write(table);
    }
}
