using Progeny.Cli.Common;

namespace Progeny.Cli.Training;

/// <summary>Follows a job until it ends.</summary>
internal static class JobWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // A job survives its node, so the node may restart under it.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    /// <exception cref="ServerUnreachableException">The server was away for a minute.</exception>
    public static async Task<ServerAnswer<JobView>> WaitAsync(
        ServerClient client, ServerAnswer<JobView> job, IProgress<Step> progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var seen = time.GetTimestamp();
        while (!job.Value.HasEnded)
        {
            progress.Report(new Step(job.Value.Progress, job.Value.Message));
            await Task.Delay(Interval, time, cancellationToken);
            try
            {
                job = await client.GetAsync<JobView>($"api/jobs/{job.Value.Id}", cancellationToken);
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
