using System.CommandLine;
using Progeny.Abstractions.Gates;
using Progeny.Cli.Common;
using Spectre.Console;

namespace Progeny.Cli.Gates;

/// <summary><c>progeny model gates</c></summary>
internal static class ModelGatesCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var version = new Argument<string>("VERSION") { Description = "The generation, as release:generation: 1.2.0:3." };
        var before = new Option<string>(
            "--before")
            {
                Description = "The stage: shadow, challenger or champion.",
                HelpName = "STAGE",
                DefaultValueFactory = _ => "champion",
            };
        var command = new Command(
            "gates", "What the gates before a stage say of a generation now; it changes nothing.") { project, version, before };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<GateReport>(
                $"api/projects/{result.GetRequiredValue(project)}/generations/{result.GetRequiredValue(version)}/gates?before={result.GetRequiredValue(before)}", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return answer.Value.Passed ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, GateReport report)
    {
        if (report.Verdicts.IsEmpty)
        {
            console.WriteLine("There is no gate before this stage, and no test in the manifest.");
            return;
        }

        var table = Tables.Create(console, ["gate", "passed", "why"]);
        foreach (var verdict in report.Verdicts)
            table.AddTexts([verdict.Name, verdict.Passed ? "yes" : verdict.Pending ? "pending" : "no", verdict.Message]);
        console.Write(table);
    }
}
