using System.CommandLine;
using Progeny.Abstractions.Training;
using Progeny.Cli.Common;

namespace Progeny.Cli.Training;

/// <summary><c>progeny job show</c></summary>
internal static class JobShowCommand
{
    public static Command Create(CliContext context)
    {
        var id = Arguments.Job();
        var command = new Command("show", "A job: status, progress, verdict.") { id };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var job = await client.GetAsync<JobInfo>($"api/jobs/{result.GetRequiredValue(id)}", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(job.Json);
            else
                JobPage.Write(context.Out, job.Value);
            return ExitCodes.Success;
        });
        return command;
    }
}
