using System.CommandLine;
using Progeny.Abstractions.Alerts;
using Progeny.Cli.Common;
using Spectre.Console;

namespace Progeny.Cli.Alerts;

/// <summary><c>progeny alerts</c></summary>
internal static class AlertsCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var command = new Command("alerts", "The alerts of the release in production, and which of them are active.") { project };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            var answer = await client.GetAsync<IReadOnlyList<AlertInfo>>($"api/projects/{name}/alerts", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Count == 0)
                context.Out.WriteLine($"The release in production in '{name}' has no alerts (alerts, in progeny.yaml).");
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<AlertInfo> alerts)
    {
        var table = Tables.Create(console, ["alert", "active", "since", "until", "webhook", "undelivered", "condition or figures"]);
        foreach (var alert in alerts)
        {
            table.AddTexts([
                alert.Name,
                alert.Active ? "yes" : "no",
                Tables.Time(alert.Episode?.Since),
                Tables.Time(alert.Episode?.Until),
                alert.Webhook ?? "–",
                alert.Undelivered == 0 ? "–" : $"{Tables.Count(alert.Undelivered)}: {alert.DeliveryError ?? "under way"}",
                alert.Episode?.Message ?? alert.When]);
        }

        console.Write(table);
    }
}
