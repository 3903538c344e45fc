using System.CommandLine;
using Progeny.Abstractions.Retraining;
using Progeny.Cli.Common;
using Progeny.Contracts.Retraining;

namespace Progeny.Cli.Retraining;

/// <summary><c>progeny offline show</c>, <c>pause</c> and <c>resume</c></summary>
internal static class OfflineCommands
{
    public static Command CreateShow(CliContext context)
    {
        var project = Arguments.Project();
        var command = new Command("show", "What the offline agent did last and what it waits for.") { project };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            Show(context, server.WantsJson(
                result), await client.GetAsync<OfflineAgentInfo>(
                    $"api/projects/{result.GetRequiredValue(project)}/offline", cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    public static Command CreatePause(CliContext context) =>
        CreateChange(context, "pause", "Keep the offline agent from starting jobs and pulling outcomes.");

    public static Command CreateResume(CliContext context) => CreateChange(context, "resume", "Let the offline agent go on.");

    private static Command CreateChange(CliContext context, string verb, string description)
    {
        var project = Arguments.Project();
        var reason = new Option<string?>("--reason") { Description = "Why.", HelpName = "TEXT" };
        var command = new Command(verb, description) { project, reason };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var body = new OfflineRequest(result.GetValue(reason));
            Show(context, server.WantsJson(
                result), await client.PostAsync<OfflineAgentInfo>(
                    $"api/projects/{result.GetRequiredValue(project)}/offline/{verb}", body, cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Show(CliContext context, bool json, ServerAnswer<OfflineAgentInfo> answer)
    {
        if (json)
            context.WriteRaw(answer.Json);
        else
            OfflinePage.Write(context.Out, answer.Value);
    }
}
