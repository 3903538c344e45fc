using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Progeny.Cli.Common;
using Progeny.Contracts.Feedback;
using Progeny.Core.Common;
using Progeny.Core.Feedback;
using Spectre.Console;

namespace Progeny.Cli.Feedback;

/// <summary><c>progeny outcome report</c></summary>
internal static class OutcomeReportCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var query = new Argument<string?>("QUERY_ID") { Description = "The query's id.", Arity = ArgumentArity.ZeroOrOne };
        var value = new Argument<string?>(
            "VALUE") { Description = "The class, or the number for regression.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>(
            "--file")
            {
                Description = "Report the outcomes of a file, a JSON object a line: {\"query_id\": …, \"outcome\": …}; '-' is standard "
                    + "input.",
                HelpName = "FILE.ndjson",
            };
        var observed = new Option<DateTimeOffset?>(
            "--observed-at")
            {
                Description = "When it came true, in ISO 8601; UTC where it names no zone.",
                HelpName = "TIME",
                CustomParser = ReadTime,
            };
        var command = new Command(
            "report",
            "Report the outcome of a query, or of many from a file; another value corrects one.") { project, query, value, observed, file };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            if (result.GetValue(file) is { } path)
            {
                if (result.GetValue(query) is not null || result.GetValue(observed) is not null)
                    throw new CliException(
                        "--file reports what is in the file; leave QUERY_ID, VALUE and --observed-at out.", ExitCodes.Usage);
                await using var lines = Open(path);
                var receipt = await client.UploadAsync<OutcomeReceipt>(
                    $"api/projects/{result.GetRequiredValue(project)}/outcomes", lines, "application/x-ndjson", cancellationToken);
                if (server.WantsJson(result))
                    context.WriteRaw(receipt.Json);
                else
                    WriteMany(context.Out, receipt.Value);
                return ExitCodes.Success;
            }

            if (result.GetValue(query) is not { } id || result.GetValue(value) is not { } came)
                throw new CliException("QUERY_ID and VALUE are needed, or --file with many of them.", ExitCodes.Usage);
            // The server reads text as a class or as a number, whichever the project predicts.
            var outcome = new OutcomeReport(id, JsonSerializer.SerializeToElement(came), result.GetValue(observed));
            var answer = await client.PostAsync<OutcomeReceipt>(
                $"api/projects/{result.GetRequiredValue(project)}/outcomes", new OutcomesRequest([outcome]), cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static DateTimeOffset? ReadTime(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (IsoTime.TryParse(text, out var time))
            return time;
        argument.AddError($"'{text}' is no time; {IsoTime.Right} would be right.");
        return null;
    }

    private static Stream Open(string path)
    {
        if (path == "-")
            return Console.OpenStandardInput();
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"'{path}' cannot be read: {exception.Message}", ExitCodes.Usage, exception);
        }
    }

    private static void WriteMany(IAnsiConsole console, OutcomeReceipt receipt) => Tables.WritePairs(
        console,
        ("accepted", Tables.Count(receipt.Accepted)),
        ("corrected", Tables.Count(receipt.Corrected)),
        ("repeated", Tables.Count(receipt.Repeated)),
        ("erased", receipt.Erased > 0 ? Tables.Count(receipt.Erased) : null),
        ("outdated", receipt.Outdated == 0 ? null : $"{Tables.Count(receipt.Outdated)}; a later observation counts"),
        ("without a query", receipt.Unmatched == 0
            ? null
            : $"{Tables.Count(receipt.Unmatched)}; they are kept and join their queries if these come"));

    private static void Write(IAnsiConsole console, OutcomeReceipt receipt)
    {
        console.MarkupLine(
            receipt.Corrected > 0 ? "[green]Corrected[/] the outcome reported before."
            : receipt.Outdated > 0 ? "Kept as history; an outcome that was observed later counts."
            : receipt.Erased > 0 ? "Not stored: the query was erased."
            : receipt.Repeated > 0 ? "That outcome was reported before; nothing changed."
            : "[green]Accepted.[/]");
        if (receipt.Unmatched > 0)
            console.MarkupLine("[yellow]note:[/] no query of this id is in the log; the outcome is kept and joins it if it comes.");
    }
}
