using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Progeny.Abstractions.Rollouts;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
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
        var command = new Command(
            "promote", "Put a generation into production that passes its gates.") { project, version, reason, by, force };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var body = new PromotionRequest(
                result.GetRequiredValue(version), result.GetValue(reason), result.GetValue(by), result.GetValue(force));
            var name = result.GetRequiredValue(project);
            var answer = await client.PostAsync<JsonElement>($"api/projects/{name}/promotions", body, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.TryGetProperty("approvals", out _))
                Write(context.Out, name, answer.Value.Deserialize<PendingPromotion>(ApiJson.Options)!);
            else
                Write(context.Out, answer.Value.Deserialize<Promotion>(ApiJson.Options)!);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, Promotion promotion)
    {
        var before = promotion.Previous is { } previous ? $"before: {previous}" : "the first";
        console.MarkupLine($"[green]In production:[/] [bold]{promotion.Generation.ToString().EscapeMarkup()}[/] ({before.EscapeMarkup()})");
    }

    private static void Write(IAnsiConsole console, string project, PendingPromotion pending)
    {
        console.MarkupLine($"[yellow]Pending approval:[/] {pending.Message.EscapeMarkup()}");
        foreach (var approval in pending.Approvals)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"progeny approval give {project} {approval} --reason \"…\""));
    }
}
