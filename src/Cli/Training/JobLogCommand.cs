using System.CommandLine;
using Progeny.Cli.Common;
using Spectre.Console;

namespace Progeny.Cli.Training;

/// <summary><c>progeny job log</c></summary>
internal static class JobLogCommand
{
    public static Command Create(CliContext context)
    {
        var id = Arguments.Job();
        var command = new Command("log", "The last 1 MiB of what a job's programs printed.") { id };
        var server = ServerOptions.AddTo(command, context, withJson: false);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var log = await client.GetTextAsync($"api/jobs/{result.GetRequiredValue(id)}/log", cancellationToken);
            if (log.Length > 0)
                context.WriteRaw(log);
            else
                context.Error.WriteLine("The job's programs have printed nothing.");
            return ExitCodes.Success;
        });
        return command;
    }
}
