using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Progeny.Cli.Common;
using Progeny.Contracts.QueryLog;
using Spectre.Console;

namespace Progeny.Cli.QueryLog;

/// <summary><c>progeny query show</c></summary>
internal static class QueryShowCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var query = Arguments.Query();
        var command = new Command("show", "A logged query: its fields, what answered, and its outcome.") { project, query };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<QueryView>(
                $"api/projects/{result.GetRequiredValue(project)}/queries/{result.GetRequiredValue(query)}", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, QueryView query) => Tables.WritePairs(
        console,
        [
            ("query", query.QueryId),
            ("at", Tables.Time(query.At)),
            ("answered by", $"{query.Version} ({query.Arm}, {query.Reason})"),
            ("entity", query.Entity),
            ("fields", Text(query.Fields)),
            ("augmented", Text(query.Augmented)),
            ("rules", Text(query.Rules)),
            ("prediction", Text(query.Prediction)),
            ("error", query.Error),
            ("latency", Text(query.Latency)),
            ("attempts", query.Attempts > 1 ? Tables.Count(query.Attempts) : null),
            ("sequence", query.Others is { Count: > 0 } others
                ? $"{query.Sequence}; others with this id: {string.Join(", ", others)}"
                : null),
            .. query.Outcomes.Select(outcome => ("outcome", (string?)$"{outcome.Value} (reported {Tables.Time(outcome.ReportedAt)})")),
            ("outcome", query.Outcomes.Count > 0 ? null : query.Outcome ?? "none yet"),
        ]);

    private static string? Text(JsonElement? json) =>
        json is { ValueKind: not JsonValueKind.Null and not JsonValueKind.Undefined } value ? value.GetRawText() : null;

    private static string Text(LatencyView time) => string.Create(
        CultureInfo.InvariantCulture,
        $"{time.Total / 1e3:0.000} ms (augment {time.Augment / 1e3:0.000}, queue {time.Queue / 1e3:0.000}, predict "
            + $"{time.Predict / 1e3:0.000})");
}
