using System.CommandLine;
using System.Text.Json.Nodes;
using Progeny.Cli.Hosting;
using Spectre.Console;

namespace Progeny.Cli.Feedback;

/// <summary><c>progeny outcome report</c></summary>
internal static class OutcomeReportCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var query = Arguments.Query();
        var value = new Argument<string>("VALUE") { Description = "The class, or the number for regression." };
        var observed = new Option<DateTimeOffset?>("--observed-at") { Description = "When it came true.", HelpName = "TIME" };
        var command = new Command("report", "Report the outcome of a query; another value corrects it.") { project, query, value, observed };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            // The server reads text as a class or as a number, whichever the project predicts.
            var outcome = new JsonObject { ["query_id"] = result.GetRequiredValue(query), ["outcome"] = result.GetRequiredValue(value) };
            if (result.GetValue(observed) is { } at)
                outcome["observed_at"] = at;
            using var client = server.Connect(result);
            var answer = await client.PostAsync<ReceiptView>(
                $"api/projects/{result.GetRequiredValue(project)}/outcomes", new JsonObject { ["outcomes"] = new JsonArray(outcome) }, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, ReceiptView receipt)
    {
        console.MarkupLine(
            receipt.Corrected > 0 ? "[green]Corrected[/] the outcome reported before."
            : receipt.Repeated > 0 ? "That outcome was reported before; nothing changed."
            : "[green]Accepted.[/]");
        if (receipt.Unmatched > 0)
            console.MarkupLine("[yellow]note:[/] no query of this id is in the log; the outcome is kept and joins it if it comes.");
    }
}
