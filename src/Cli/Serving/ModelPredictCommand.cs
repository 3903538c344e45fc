using System.CommandLine;
using System.Text.Json.Nodes;
using Progeny.Cli.Common;
using Progeny.Contracts.Serving;
using Spectre.Console;

namespace Progeny.Cli.Serving;

/// <summary><c>progeny model predict</c></summary>
internal static class ModelPredictCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var rows = new Option<string[]>(
            "--row") { Description = "A row as a JSON object of field names and values; may be repeated.", HelpName = "JSON" };
        var file = new Option<string?>(
            "--file") { Description = "A file with a JSON list of rows; - is standard input.", HelpName = "FILE" };
        var queryId = new Option<string?>("--query-id") { Description = "Your own id for the query.", HelpName = "ID" };
        var entity = new Option<string?>("--entity") { Description = "Who is asked about.", HelpName = "ID" };
        var version = new Option<string?>(
            "--version") { Description = "The generation to ask, as 1.2.0:3; without it, the rollout decides.", HelpName = "VERSION" };
        var command = new Command("predict", "Ask for predictions.") { project, rows, file, queryId, entity, version };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var body = new JsonObject
            {
                ["rows"] = await RowsInput.ReadAsync(result.GetValue(rows) ?? [], result.GetValue(file), cancellationToken),
            };
            if (result.GetValue(queryId) is { } id)
                body["query_id"] = id;
            if (result.GetValue(entity) is { } whom)
                body["entity"] = whom;
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            FormattableString path = $"api/projects/{name}/predict";
            if (result.GetValue(version) is { } chosen)
                path = $"api/projects/{name}/versions/{chosen}/predict";
            var answer = await client.PostAsync<PredictResponse>(path, body, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, PredictResponse answer)
    {
        console.MarkupLine($"[bold]{$"{answer.Project} {answer.Version}".TrimEnd().EscapeMarkup()}[/]");
        var parted = answer.Version is null || answer.Predictions.Any(row => row.Fallback is not null);
        List<string> classes = [.. answer.Predictions.SelectMany(row => row.Probabilities?.Keys ?? []).Distinct()];
        List<string> columns = classes.Count == 0 ? ["query", "value"] : ["query", "label", .. classes.Select(name => $"P({name})")];
        var table = Tables.Create(console, [.. columns, .. parted ? ["answered by"] : (string[])[]])
            .RightAlign(classes.Count == 0 ? 1 : 2, columns.Count);
        foreach (var row in answer.Predictions)
        {
            List<string> cells = classes.Count == 0
                ? [row.QueryId, row.Label ?? Tables.Figure(row.Value)]
                : [
                    row.QueryId,
                    row.Label ?? "",
                    .. classes.Select(name => Tables.Figure(row.Probabilities?.TryGetValue(name, out var figure) ?? false ? figure : null)),
                ];
            if (parted)
                cells.Add(
                    $"{row.Version ?? answer.Version}{(row.Fallback is { } fallback ? $", for {fallback.From}: {fallback.Why}" : "")}");
            table.AddTexts(cells);
        }

        console.Write(table);
    }
}
