using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Cli.Common;

namespace Progeny.Cli.Serving;

/// <summary>The rows of a query as somebody typed them or wrote them into a file.</summary>
internal static class RowsInput
{
    /// <exception cref="CliException">Something is no JSON object; says what.</exception>
    public static async Task<JsonArray> ReadAsync(IReadOnlyList<string> rows, string? file, CancellationToken cancellationToken)
    {
        var all = new JsonArray();
        foreach (var row in rows)
            all.Add(Parse(row, "--row") as JsonObject ?? throw Wrong($"--row '{row}' is no JSON object."));
        if (file is not null)
        {
            var text = file == "-"
                ? await Console.In.ReadToEndAsync(cancellationToken)
                : await File.ReadAllTextAsync(file, cancellationToken);
            foreach (var row in RowsOf(Parse(text, file)) ?? throw Wrong($"'{file}' holds no rows."))
                all.Add(row is JsonObject fields
                    ? fields.DeepClone()
                    : throw Wrong($"'{file}' has a row that is no JSON object: {row?.ToJsonString() ?? "null"}."));
        }

        return all.Count > 0 ? all : throw Wrong("There is no row to predict.");
    }

    private static IEnumerable<JsonNode?>? RowsOf(JsonNode? content) => content switch
    {
        JsonArray rows => rows,
        JsonObject body when body["rows"] is JsonArray rows => rows,
        JsonObject row => [row],
        _ => null,
    };

    private static JsonNode? Parse(string json, string where)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException exception)
        {
            throw Wrong($"{where} is not JSON: {exception.Message}");
        }
    }

    private static CliException Wrong(string message) =>
        new($"{message} A row looks like {{\"hour\": 17, \"vehicle\": \"bike\"}}; --file takes a list of them.", ExitCodes.Usage);
}
