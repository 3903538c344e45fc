using System.CommandLine;
using Progeny.Abstractions.Rollouts;
using Progeny.Cli.Common;
using Progeny.Contracts.Rollouts;
using Spectre.Console;

namespace Progeny.Cli.Rollouts;

/// <summary><c>progeny model promote</c></summary>
internal static class ModelPromoteCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var version = new Argument<string>("VERSION") { Description = "The generation, as release:generation: 1.2.0:3." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the promotion.", HelpName = "TEXT" };
        var by = new Option<string?>("--by") { Description = "Who decided; kept with the promotion.", HelpName = "NAME" };
        var force = new Option<bool>("--force") { Description = "Pass over the gates." };
        var command = new Command("promote", "Put a generation into production that passes its gates.") { project, version, reason, by, force };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var body = new PromotionRequest(result.GetRequiredValue(version), result.GetValue(reason), result.GetValue(by), result.GetValue(force));
            var answer = await client.PostAsync<Promotion>($"api/projects/{result.GetRequiredValue(project)}/promotions", body, cancellationToken);
            if (server.WantsJson(result))
            {
                context.WriteRaw(answer.Json);
                return ExitCodes.Success;
            }

            var before = answer.Value.Previous is { } previous ? $"before: {previous}" : "the first";
            context.Out.MarkupLine($"[green]In production:[/] [bold]{answer.Value.Generation.ToString().EscapeMarkup()}[/] ({before.EscapeMarkup()})");
            return ExitCodes.Success;
        });
        return command;
    }
}
