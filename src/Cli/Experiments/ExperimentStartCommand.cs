using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Cli.Common;
using Progeny.Contracts.Experiments;

namespace Progeny.Cli.Experiments;

/// <summary><c>progeny experiment start</c></summary>
internal static class ExperimentStartCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var rules = new Argument<string>(
            "RULES")
            {
                Description = "The members of serving.rollout as JSON, e.g. '{\"strategy\": \"abtest\", \"share\": 0.2}'; @FILE reads "
                    + "them from a file.",
            };
        var generations = new Option<string[]>(
            "--generation")
            {
                Description = "A generation that wants the champion's place, 1.2.0:3; may be repeated.",
                HelpName = "VERSION",
            };
        var by = new Option<string?>("--by") { Description = "Who decided; without it, whoever is logged in.", HelpName = "NAME" };
        var reason = new Option<string?>("--reason") { Description = "Why; kept for ever.", HelpName = "TEXT" };
        var command = new Command("start", "Start an experiment manually.") { project, rules, generations, by, reason };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var body = await ReadAsync(result.GetRequiredValue(rules), cancellationToken);
            if (result.GetValue(generations) is { Length: > 0 } chosen)
                body["generations"] = new JsonArray([.. chosen.Select(version => JsonValue.Create(version))]);
            body["by"] = result.GetValue(by) ?? Environment.UserName;
            if (result.GetValue(reason) is { } why)
                body["reason"] = why;
            using var client = server.Connect(result);
            ExperimentCommands.Write(context, server, result, await client.PostAsync<ExperimentView>(
                $"api/projects/{result.GetRequiredValue(project)}/experiments", body, cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<JsonObject> ReadAsync(string rules, CancellationToken cancellationToken)
    {
        var text = rules.StartsWith('@') ? await File.ReadAllTextAsync(rules[1..], cancellationToken) : rules;
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new JsonException("it is no object");
        }
        catch (JsonException exception)
        {
            throw new CliException($"The rules are no JSON object: {exception.Message}", ExitCodes.Usage, exception);
        }
    }
}
