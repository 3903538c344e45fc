using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Contracts.Rollouts;
using Spectre.Console;

namespace Progeny.Cli.Rollouts;

/// <summary><c>progeny rollout show</c></summary>
internal static class RolloutShowCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var history = new Option<bool>("--history") { Description = "The plans before it, too: who changed what, when and why." };
        var command = new Command("show", "The plan in force.") { project, history };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            if (result.GetValue(history))
            {
                var plans = await client.GetAsync<IReadOnlyList<RolloutView>>($"api/projects/{name}/rollout/history", cancellationToken);
                if (server.WantsJson(result))
                    context.WriteRaw(plans.Json);
                else
                    RolloutTables.WriteHistory(context.Out, plans.Value);
                return ExitCodes.Success;
            }

            var plan = await client.GetAsync<RolloutView>($"api/projects/{name}/rollout", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(plan.Json);
            else if (plan.Value.Arms.Count == 0)
                context.Out.WriteLine(
                    $"'{name}' has no plan yet; 'progeny model promote {name} VERSION' puts a generation into production.");
            else
                RolloutTables.Write(context.Out, plan.Value);
            return ExitCodes.Success;
        });
        return command;
    }
}
