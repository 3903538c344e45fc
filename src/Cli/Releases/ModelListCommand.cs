using System.CommandLine;
using Progeny.Abstractions.Releases;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Spectre.Console;

namespace Progeny.Cli.Releases;

/// <summary><c>progeny model list</c></summary>
internal static class ModelListCommand
{
    // The figures that fit beside each other; --json has them all.
    private static readonly string[] Shown = ["accuracy", "auc", "f1", "logLoss", "rmse", "mae", "r2"];

    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var command = new Command("list", "The generations of a project with their stage and their metrics.") { project };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            var answer = await client.GetAsync<IReadOnlyList<GenerationInfo>>($"api/projects/{name}/generations", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Count == 0)
                context.Out.WriteLine($"'{name}' has no generation yet; 'progeny model train {name}' makes one.");
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<GenerationInfo> generations)
    {
        List<string> metrics = [.. Shown.Where(metric => generations.Any(generation => generation.Metrics.ContainsKey(metric)))];
        var table = Tables.Create(console, ["version", "stage", "made", .. metrics]).RightAlign(3);
        foreach (var generation in generations)
        {
            var figures = metrics.Select(metric => Tables.Figure(generation.Metrics.TryGetValue(metric, out var figure) ? figure : null));
            table.AddTexts([generation.Reference.Version, ApiJson.NameOf(generation.Stage), Tables.Time(generation.CreatedAt), .. figures]);
        }

        console.Write(table);
    }
}
