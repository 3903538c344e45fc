using System.CommandLine;
using Progeny.Abstractions.Projects;
using Progeny.Cli.Common;
using Progeny.Contracts.Projects;
using Progeny.Contracts.Releases;
using Spectre.Console;

namespace Progeny.Cli.Projects;

/// <summary><c>progeny project decommission|recommission</c></summary>
internal static class CommissionCommand
{
    public static Command CreateEnd(CliContext context) =>
        Create(context, "decommission", "End a project: no queries, no jobs, all generations archived, everything kept.", "has ended; "
            + "'progeny project archive' shows what is kept", required: true);

    public static Command CreateReturn(CliContext context) =>
        Create(context, "recommission", "Bring an ended project back: its generations are staged, nothing is in production.", "is back; promote a generation to answer queries", required: false);

    private static Command Create(CliContext context, string verb, string description, string done, bool required)
    {
        var project = Arguments.Project();
        var command = new Command(verb, description) { project };
        var why = ReasonOptions.AddTo(command, required);
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            var (by, reason) = why.Read(result);
            object body = required ? new DecommissionRequest(by, reason) : new RetirementRequest(by, reason);
            var answer = await client.PostAsync<ProjectInfo>($"api/projects/{name}/{verb}", body, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                context.Out.MarkupLine($"[bold]{name.EscapeMarkup()}[/] {done.EscapeMarkup()}");
            return ExitCodes.Success;
        });
        return command;
    }
}
