using System.CommandLine;
using System.Text.Json.Nodes;
using Progeny.Cli.Common;
using Progeny.Contracts.Rollouts;

namespace Progeny.Cli.Rollouts;

/// <summary><c>progeny rollout set</c></summary>
internal static class RolloutSetCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var arms = new Option<string[]>(
            "--arm") { Description = "An arm as NAME=GENERATION,WEIGHT: canary=1.2.0:4,10; repeated for each.", HelpName = "ARM" };
        var champion = new Option<string?>(
            "--champion")
            {
                Description = "The arm in production; without it the one whose generation is in production now.",
                HelpName = "NAME",
            };
        var fallback = new Option<string[]>(
            "--fallback") { Description = "An arm that answers for one that fails; repeated, the first one first.", HelpName = "NAME" };
        var shadows = new Option<string[]>(
            "--shadow") { Description = "An arm that shadows every query; may be repeated.", HelpName = "NAME" };
        var key = new Option<string?>(
            "--sticky-key")
            {
                Description = "The field that is hashed to choose an arm, or query_id; without it the entity.",
                HelpName = "FIELD",
            };
        var file = new Option<string?>(
            "--file") { Description = "A plan in JSON, as 'rollout show --json' prints it; - is standard input.", HelpName = "FILE" };
        var by = new Option<string?>("--by") { Description = "Who decided; without it, whoever is logged in.", HelpName = "NAME" };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the plan.", HelpName = "TEXT" };
        var command = new Command("set", "Put a plan in force.") { project, arms, champion, fallback, shadows, key, file, by, reason };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(file) is null) == (result.GetValue(arms) is null or []))
                result.AddError("Give the plan either by --arm, once for each arm, or by --file.");
        });
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var plan = result.GetValue(file) is { } path ? await PlanInput.ReadAsync(path, cancellationToken) : [];
            if (result.GetValue(arms) is { Length: > 0 } given)
                plan["arms"] = new JsonArray([.. given.Select(PlanInput.ParseArm)]);
            Put(plan, "champion", result.GetValue(champion));
            Put(plan, "fallback", result.GetValue(fallback));
            Put(plan, "shadows", result.GetValue(shadows));
            Put(plan, "sticky_key", result.GetValue(key));
            Put(plan, "by", result.GetValue(by) ?? Environment.UserName);
            Put(plan, "reason", result.GetValue(reason));
            using var client = server.Connect(result);
            var answer = await client.PutAsync<RolloutView>(
                $"api/projects/{result.GetRequiredValue(project)}/rollout", plan, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                RolloutTables.Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Put(JsonObject plan, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            plan[name] = value;
    }

    private static void Put(JsonObject plan, string name, string[]? values)
    {
        if (values is { Length: > 0 })
            plan[name] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
    }
}
