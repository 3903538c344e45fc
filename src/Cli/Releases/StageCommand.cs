using System.CommandLine;
using Progeny.Abstractions.Releases;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Contracts.Releases;
using Spectre.Console;

namespace Progeny.Cli.Releases;

/// <summary><c>progeny model retire|archive|restore</c></summary>
internal static class StageCommand
{
    public static Command CreateRetire(CliContext context) =>
        Create(context, "retire", "Take a generation that no plan names out of the choice.");

    public static Command CreateArchive(CliContext context) =>
        Create(context, "archive", "Keep a generation that no plan names for replays and explanations only.");

    public static Command CreateRestore(CliContext context) =>
        Create(context, "restore", "Bring a retired or archived generation back: it is staged.");

    private static Command Create(CliContext context, string verb, string description)
    {
        var project = Arguments.Project();
        var version = new Argument<string>("VERSION") { Description = "The generation, as release:generation: 1.2.0:3." };
        var command = new Command(verb, description) { project, version };
        var why = ReasonOptions.AddTo(command);
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (by, reason) = why.Read(result);
            var answer = await client.PostAsync<GenerationInfo>(
                $"api/projects/{result.GetRequiredValue(project)}/generations/{result.GetRequiredValue(version)}/{verb}",
                new RetirementRequest(by, reason),
                cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                context.Out.MarkupLine(
                    $"[bold]{answer.Value.Reference.ToString().EscapeMarkup()}[/] is {ApiJson.NameOf(answer.Value.Stage)}");
            return ExitCodes.Success;
        });
        return command;
    }
}
