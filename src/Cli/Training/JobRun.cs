using System.CommandLine;
using Progeny.Abstractions.Training;
using Progeny.Cli.Common;
using Progeny.Contracts.Training;
using Spectre.Console;

namespace Progeny.Cli.Training;

/// <summary>Starts a job and waits for its end, for commands that are one.</summary>
internal static class JobRun
{
    /// <summary>The option that does not wait.</summary>
    public static Option<bool> Detach() => new("--detach") { Description = "Start the job and do not wait for its end." };

    /// <summary>Starts the job, and waits unless told otherwise.</summary>
    /// <returns>The job; null: waiting was interrupted.</returns>
    public static async Task<ServerAnswer<JobInfo>?> RunAsync(
        CliContext context, ServerClient client, string project, JobStartRequest body, bool detach, CancellationToken cancellationToken)
    {
        var job = await client.PostAsync<JobInfo>($"api/projects/{project}/jobs", body, cancellationToken);
        if (detach)
            return job;
        try
        {
            return await ProgressDisplay.RunAsync(
                context, progress => JobWatch.WaitAsync(client, job, progress, context.Time, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            context.Error.WriteLine(
                $"The job goes on: 'progeny job show {job.Value.Id}' shows it, 'progeny job cancel {job.Value.Id}' stops it.");
            return null;
        }
    }
}
