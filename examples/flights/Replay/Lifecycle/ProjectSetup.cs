using System.Globalization;
using Progeny.Core.Lifecycle;
using Progeny.Replay.Display;
using Progeny.Replay.Serving;

namespace Progeny.Replay.Lifecycle;

/// <summary>Brings the project on the node so far that a generation is in charge; what a former start did is not done again.</summary>
internal sealed class ProjectSetup(NodeClient node, IView view, TimeProvider time)
{
    private const string Succeeded = "succeeded";

    /// <summary>Releases the folder, trains on the rows before an ordinal and promotes the generation, each where it is missing.</summary>
    /// <returns>The generation in charge.</returns>
    /// <exception cref="NodeException">The node refused something, or the training failed.</exception>
    public async Task<string> EnsureAsync(string folder, string to, CancellationToken cancellationToken)
    {
        var project = await node.FindProjectAsync(cancellationToken);
        if (project?.Champion is { } champion)
        {
            view.Say($"In charge: {champion}");
            return champion;
        }

        if (project is null or { Releases.Count: 0 })
            await ReleaseAsync(folder, cancellationToken);
        var job = await TrainAsync(to, cancellationToken);
        var generation = job.Generation!;
        await node.PromoteAsync(generation[(generation.IndexOf('@', StringComparison.Ordinal) + 1)..], "the first generation of the example", cancellationToken);
        view.Say($"In charge: {generation}" + string.Concat(job.Metrics
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

    /// <summary>A training of an earlier start that has made a generation or is still at it counts.</summary>
    private async Task<JobState> TrainAsync(string to, CancellationToken cancellationToken)
    {
        var jobs = await node.ListJobsAsync(cancellationToken);
        var job = Array.Find(jobs, earlier => earlier.Status == Succeeded) ?? Array.Find(jobs, earlier => !earlier.HasEnded)
            ?? await node.TrainAsync(to, cancellationToken);
        await view.ShowProgressAsync($"Training on the flights before {to}", async report =>
        {
            while (!job.HasEnded)
            {
                report(job.Progress, job.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
                job = await node.GetJobAsync(job.Id, cancellationToken);
            }

            report(job.Progress, job.Message);
        });
        return job.Status == Succeeded ? job : throw new NodeException($"The training {job.Status}: {job.Message}", unreachable: false);
    }
}
