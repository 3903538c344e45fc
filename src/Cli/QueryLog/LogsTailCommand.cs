using System.CommandLine;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Contracts.QueryLog;
using Spectre.Console;

namespace Progeny.Cli.QueryLog;

/// <summary><c>progeny logs tail</c></summary>
internal static class LogsTailCommand
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var version = new Option<string?>(
            "--version") { Description = "Only queries that this generation answered, release:generation.", HelpName = "VERSION" };
        var json = new Option<bool>("--json") { Description = "Print each query as the API has it, one a line." };
        var command = new Command(
            "tail",
            "The queries from now on, a line each: time, id, version, arm, prediction, latency. Ends with Ctrl-C.")
            {
                project,
                version,
                json,
            };
        var server = ServerOptions.AddTo(command, context, withJson: false);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            try
            {
                await FollowAsync(
                    context, client, result.GetRequiredValue(project), result.GetValue(version), result.GetValue(json), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // That is how it ends.
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task FollowAsync(
        CliContext context, ServerClient client, string project, string? version, bool json, CancellationToken cancellationToken)
    {
        var (connected, pause) = (false, FirstPause);
        while (true)
        {
            try
            {
                await using var events = await (version is null
                    ? client.ListenAsync($"api/projects/{project}/queries/stream", context.Time, cancellationToken)
                    : client.ListenAsync($"api/projects/{project}/queries/stream?version={version}", context.Time, cancellationToken));
                if (connected)
                    Note(context, "connected again; what was asked in between is in the log");
                (connected, pause) = (true, FirstPause);
                while (true)
                    Show(context, await events.NextAsync(), json);
            }
            catch (ServerUnreachableException exception) when (connected)
            {
                Note(context, $"{exception.Message.Split("; '")[0]}; trying again");
            }

            await Task.Delay(pause, context.Time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static void Show(CliContext context, SseItem<string> next, bool json)
    {
        if (next.EventType == "missed")
        {
            using var missed = JsonDocument.Parse(next.Data);
            Note(context, missed.RootElement.TryGetProperty("records", out var records)
                ? $"{Tables.Plural(records.GetInt64(), "record")} missed: more was asked than could be shown"
                : "records missed on their way between nodes");
        }
        else if (json)
        {
            context.WriteRaw(next.Data);
        }
        else if (JsonSerializer.Deserialize<TailedQuery>(next.Data, ApiJson.Options) is { } query)
        {
            context.WriteRaw(TailLine.Of(query));
        }
    }

    private static void Note(CliContext context, string text) => context.Error.MarkupLine($"[grey]{text.EscapeMarkup()}[/]");
}
