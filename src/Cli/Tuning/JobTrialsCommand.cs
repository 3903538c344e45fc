using System.CommandLine;
using Progeny.Abstractions.Tuning;
using Progeny.Cli.Common;

namespace Progeny.Cli.Tuning;

/// <summary><c>progeny job trials</c></summary>
internal static class JobTrialsCommand
{
    public static Command Create(CliContext context)
    {
        var job = Arguments.Job();
        var command = new Command("trials", "The trials of a search for parameters that have ended.") { job };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<IReadOnlyList<TrialInfo>>(
                $"api/jobs/{result.GetRequiredValue(job)}/trials", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                TrialsTable.Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }
}
