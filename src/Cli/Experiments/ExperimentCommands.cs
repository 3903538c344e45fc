using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.Experiments;
using Spectre.Console;

namespace Progeny.Cli.Experiments;

/// <summary><c>progeny experiment list|show|start|pause|resume|abort|promote</c></summary>
internal static class ExperimentCommands
{
    public static Command Create(CliContext context) =>
        new("experiment", "Rollouts under test: shadows, canaries, A/B tests, bandits, selections.")
    {
        List(context),
        Show(context),
        ExperimentStartCommand.Create(context),
        Act(context, "pause", "Keep the shares as they are and decide nothing."),
        Act(context, "resume", "Go on."),
        Act(context, "abort", "End it; the champion has all traffic again."),
        Act(context, "promote", "End it; the challenger is in production, once it has passed its gates."),
    };

    private static Command List(CliContext context)
    {
        var project = Arguments.Project();
        var command = new Command("list", "The experiments of a project, newest first.") { project };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            var answer = await client.GetAsync<IReadOnlyList<ExperimentView>>($"api/projects/{name}/experiments", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Count == 0)
                context.Out.WriteLine($"'{name}' has had no experiment yet.");
            else
                ExperimentTables.WriteList(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Show(CliContext context)
    {
        var (project, experiment) = (Arguments.Project(), Experiment());
        var command = new Command("show", "Arms, statistics, history and verdict of an experiment.") { project, experiment };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            Write(context, server, result, await client.GetAsync<ExperimentView>(
                $"api/projects/{result.GetRequiredValue(project)}/experiments/{result.GetRequiredValue(experiment)}", cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Act(CliContext context, string verb, string description)
    {
        var (project, experiment) = (Arguments.Project(), Experiment());
        var version = new Option<string?>(
            "--version") { Description = "The generation, where there are several challengers: 1.2.0:3.", HelpName = "VERSION" };
        var by = new Option<string?>("--by") { Description = "Who decided; without it, whoever is logged in.", HelpName = "NAME" };
        var reason = new Option<string?>("--reason") { Description = "Why; kept for ever.", HelpName = "TEXT" };
        var command = new Command(verb, description) { project, experiment, by, reason };
        if (verb == "promote")
            command.Add(version);
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var body = new ExperimentAct(
                verb == "promote" ? result.GetValue(version) : null, result.GetValue(by) ?? Environment.UserName, result.GetValue(reason));
            using var client = server.Connect(result);
            Write(context, server, result, await client.PostAsync<ExperimentView>(
                $"api/projects/{result.GetRequiredValue(project)}/experiments/{result.GetRequiredValue(experiment)}/{verb}",
                body,
                cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    internal static void Write(CliContext context, ServerOptions server, ParseResult result, ServerAnswer<ExperimentView> answer)
    {
        if (server.WantsJson(result))
            context.WriteRaw(answer.Json);
        else
            ExperimentTables.Write(context.Out, answer.Value);
    }

    private static Argument<string> Experiment() =>
        new("EXPERIMENT") { Description = string.Create(CultureInfo.InvariantCulture, $"The experiment's id, e.g. canary-7.") };
}
