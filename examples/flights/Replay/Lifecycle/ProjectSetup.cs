using System.Globalization;
using Progeny.Core.Releases.Packages;
using Progeny.Replay.Display;
using Progeny.Replay.Serving;

namespace Progeny.Replay.Lifecycle;

/// <summary>
/// Brings the project on the node so far that a generation is in production; from there on it runs itself. What a former start did is not
/// done again.
/// </summary>
internal sealed class ProjectSetup(NodeClient node, IView view, TimeProvider time)
{
    private const string Succeeded = "succeeded";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Releases the folder and trains, each where it is missing, and waits until the first generation is in production.</summary>
    /// <returns>The generation in production.</returns>
    /// <exception cref="NodeException">The node refused something, or the training failed.</exception>
    public async Task<string> EnsureAsync(string folder, CancellationToken cancellationToken)
    {
        var project = await node.FindProjectAsync(cancellationToken);
        if (project?.Champion is { } champion)
        {
            view.Say($"In production: {champion}");
            return champion;
        }

        if (project is null or { Releases.Count: 0 })
            await ReleaseAsync(folder, cancellationToken);
        var job = await TrainAsync(cancellationToken);
        var generation = await InProductionAsync(cancellationToken);
        view.Say($"In production: {generation}" + string.Concat(job.Metrics
            .Where(metric => metric.Key is "accuracy" or "auc" or "logLoss")
            .Select(metric => string.Create(CultureInfo.InvariantCulture, $", {metric.Key} {metric.Value:0.0000}"))) + " on the rows held out");
        return generation;
    }

    private async Task ReleaseAsync(string folder, CancellationToken cancellationToken)
    {
        using var package = new MemoryStream();
        await PackageWriter.WriteAsync(folder, package, cancellationToken);
        package.Position = 0;
        await node.PublishAsync(package, cancellationToken);
        view.Say($"Released: {folder}");
    }

    /// <summary>
    /// The first generation is put into production as soon as it has passed its gates; why it has not is among the decisions.
    /// </summary>
    private async Task<string> InProductionAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < s_patience)
        {
            if ((await node.FindProjectAsync(cancellationToken))?.Champion is { } champion)
                return champion;
            await Task.Delay(s_pause, time, cancellationToken);
        }

        var last = await node.ListDecisionsAsync(1, cancellationToken);
        throw new NodeException($"The first generation was not put into production. {(last is [var decision] ? decision.Message : "Nothing was decided.")}", unreachable: false);
    }

    /// <summary>A training of an earlier start that has made a generation or is still at it counts.</summary>
    private async Task<JobState> TrainAsync(CancellationToken cancellationToken)
    {
        var jobs = await node.ListJobsAsync(cancellationToken);
        var job = Array.Find(jobs, earlier => earlier.Status == Succeeded) ?? Array.Find(jobs, earlier => !earlier.HasEnded)
            ?? await node.TrainAsync(cancellationToken);
        await view.ShowProgressAsync("Training on the flights of January and February", async report =>
        {
            while (!job.HasEnded)
            {
                report(job.Progress, job.Message);
                await Task.Delay(s_pause, time, cancellationToken);
                job = await node.GetJobAsync(job.Id, cancellationToken);
            }

            report(job.Progress, job.Message);
        });
        return job.Status == Succeeded ? job : throw new NodeException($"The training {job.Status}: {job.Message}", unreachable: false);
    }
}
