using System.CommandLine;
using Progeny.Abstractions.Projects;
using Progeny.Cli.Common;
using Spectre.Console;

namespace Progeny.Cli.Projects;

/// <summary><c>progeny project list</c></summary>
internal static class ProjectListCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("list", "The projects of a server.");
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<IReadOnlyList<ProjectInfo>>($"api/projects", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Count == 0)
                context.Out.WriteLine("No projects yet; 'progeny project release' publishes one.");
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<ProjectInfo> projects)
    {
        var table = Tables.Create(console, "project", "releases", "newest", "in production", "since", "why").RightAlign(1, 2);
        foreach (var project in projects)
        {
            var promotion = project.Promotions is [.., var last] ? last : null;
            table.AddTexts(
                project.Name, Tables.Count(project.Releases.Length), project.Releases is [.., var newest] ? newest : "",
                project.Champion?.Version ?? "–", Tables.Time(promotion?.At), promotion?.Reason ?? "");
        }

        console.Write(table);
    }
}
