using System.CommandLine;
using Progeny.Abstractions.Rollouts;
using Progeny.Cli.Common;
using Progeny.Contracts.Rollouts;
using Spectre.Console;

namespace Progeny.Cli.Rollouts;

/// <summary><c>progeny model rollback</c></summary>
internal static class ModelRollbackCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var version = new Argument<string?>(
            "VERSION")
            {
                Description = "An earlier generation, as release:generation; without it the one before the one in production.",
                Arity = ArgumentArity.ZeroOrOne,
            };
        var by = new Option<string?>("--by") { Description = "Who decided; without it, whoever is logged in.", HelpName = "NAME" };
        var reason = new Option<string?>("--reason") { Description = "Why; kept for ever.", HelpName = "TEXT" };
        var plan = new Option<long?>(
            "--plan")
            {
                Description = "The version of the plan that is left; another in force is an error. So a rollback that is sent again does "
                    + "not go back twice.",
                HelpName = "NUMBER",
            };
        var command = new Command(
            "rollback", "Put an earlier generation into production again, within two seconds.") { project, version, by, reason, plan };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var body = new RollbackRequest(
                result.GetValue(version), result.GetValue(reason), result.GetValue(by) ?? Environment.UserName, result.GetValue(plan));
            using var client = server.Connect(result);
            var answer = await client.PostAsync<Promotion>(
                $"api/projects/{result.GetRequiredValue(project)}/rollback", body, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                context.Out.MarkupLine(
                    $"[green]In production again:[/] [bold]{answer.Value.Generation.ToString().EscapeMarkup()}[/] (before: "
                        + $"{(answer.Value.Previous?.ToString() ?? "none").EscapeMarkup()})");
            return ExitCodes.Success;
        });
        return command;
    }
}
