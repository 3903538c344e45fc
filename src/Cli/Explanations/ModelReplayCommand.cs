using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Contracts.Explanations;
using Spectre.Console;

namespace Progeny.Cli.Explanations;

/// <summary><c>progeny model replay</c></summary>
internal static class ModelReplayCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var query = Arguments.Query();
        var sequence = Arguments.Sequence();
        var command = new Command(
            "replay",
            "Ask the generation that answered a logged query again: is the prediction the same, bit for bit?") { project, query, sequence };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (name, id) = (result.GetRequiredValue(project), result.GetRequiredValue(query));
            var answer = result.GetValue(sequence) is { } place
                ? await client.GetAsync<ReplayView>($"api/projects/{name}/queries/{id}/replay?sequence={place}", cancellationToken)
                : await client.GetAsync<ReplayView>($"api/projects/{name}/queries/{id}/replay", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return answer.Value.Identical ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, ReplayView replay) => Tables.WritePairs(
        console,
        [
            ("query", replay.QueryId),
            ("answered by", replay.Version),
            ("recorded", replay.Recorded.GetRawText()),
            ("replayed", replay.Replayed?.GetRawText()),
            ("identical", replay.Identical ? "yes, bit for bit" : "no"),
            .. replay.Differences.Select(
                difference =>
                    ("difference", (string?)$"{difference.What}: {difference.Recorded ?? "nothing"} recorded, "
                        + $"{difference.Replayed ?? "nothing"} replayed")),
            .. replay.Notes.Select(note => ("note", (string?)note)),
        ]);
}
