using Progeny.Abstractions.Training;
using Progeny.Cli.Common;

namespace Progeny.Cli.Training;

/// <summary>Follows a job until it ends.</summary>
internal static class JobWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // A job survives its node, so the node may restart under it.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    /// <summary>Whether a job with this status has ended.</summary>
    public static bool IsEnd(this JobStatus status) => status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary>What the program returns for a job with this status: one that has not ended is not waited for.</summary>
    public static int ExitCodeOf(JobStatus status) =>
        status is JobStatus.Failed or JobStatus.Cancelled ? ExitCodes.Failure : ExitCodes.Success;

    /// <exception cref="ServerUnreachableException">The server was away for a minute.</exception>
    public static async Task<ServerAnswer<JobInfo>> WaitAsync(
        ServerClient client, ServerAnswer<JobInfo> job, IProgress<Step> progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var seen = time.GetTimestamp();
        while (!job.Value.Status.IsEnd())
        {
            progress.Report(new Step(job.Value.Progress, job.Value.Message));
            await Task.Delay(Interval, time, cancellationToken);
            try
            {
                job = await client.GetAsync<JobInfo>($"api/jobs/{job.Value.Id}", cancellationToken);
                seen = time.GetTimestamp();
            }
            catch (ServerUnreachableException) when (time.GetElapsedTime(seen) < TimeLimit)
            {
                progress.Report(new Step(job.Value.Progress, "the server does not answer; trying again"));
            }
        }

        return job;
    }
}
