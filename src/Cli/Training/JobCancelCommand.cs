using System.CommandLine;
using Progeny.Abstractions.Training;
using Progeny.Cli.Common;
using Progeny.Contracts.Training;

namespace Progeny.Cli.Training;

/// <summary><c>progeny job cancel</c></summary>
internal static class JobCancelCommand
{
    public static Command Create(CliContext context)
    {
        var id = Arguments.Job();
        var by = new Option<string?>("--by") { Description = "Who decides; kept with the job.", HelpName = "NAME" };
        var command = new Command("cancel", "Stop a job; one that has ended stays as it is.") { id, by };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var job = await client.PostAsync<JobInfo>(
                $"api/jobs/{result.GetRequiredValue(id)}/cancel", new JobCancelRequest(result.GetValue(by)), cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(job.Json);
            else
                JobPage.Write(context.Out, job.Value);
            return ExitCodes.Success;
        });
        return command;
    }
}
