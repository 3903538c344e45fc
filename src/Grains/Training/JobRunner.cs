using Microsoft.Extensions.Options;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Training;
using Progeny.Core.Training;
using Progeny.Grains.Common;

namespace Progeny.Grains.Training;

/// <summary>Runs the work of jobs, as many at once as the node has places.</summary>
internal sealed class JobRunner(
    IEnumerable<IJobWork> works,
    IGrainFactory grains,
    TrainingSlots slots,
    ProjectBreaker breaker,
    IOptions<JobOptions> options,
    TimeProvider time)
{
    private static readonly TimeSpan TurnInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for a free place, then does the work of the job.</summary>
    /// <param name="job">The job as it is stored.</param>
    /// <param name="begin">Stores that another attempt has begun, and returns the job as it is then.</param>
    public async Task<JobOutcome> RunAsync(
        JobInfo job, Func<Task<JobInfo>> begin, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        // The turn first: a job that waits for another one of its project must not hold a place that a third could use.
        if (job.Request.Kind.MakesGeneration())
            await WaitForTurnAsync(job, cancellationToken);
        using var slot = await slots.TakeAsync(job.Request.Kind, cancellationToken);
        if (job.Attempts >= options.Value.MaxAttempts)
            return JobOutcome.Fail($"Its node stopped in the middle of it {job.Attempts} times; it is not tried again.");
        job = await begin();
        var work = works.First(candidate => candidate.Kind == job.Request.Kind);
        try
        {
            using var step = await breaker.EnterAsync(job.Project, StepOf(job.Request.Kind), cancellationToken);

            // The work computes for long, and the grain's turns must go on meanwhile.
            return await Task.Run(() => work.RunAsync(job, progress, cancellationToken), cancellationToken);
        }
        catch (ProjectHeldException exception)
        {
            return JobOutcome.Fail(exception.Message);
        }
    }

    /// <summary>Waits until no earlier job of the project trains, wherever in the cluster that is.</summary>
    private async Task WaitForTurnAsync(JobInfo job, CancellationToken cancellationToken)
    {
        while (!await grains.GetGrain<IProjectGrain>(job.Project).MayTrain(job.Id))
            await Task.Delay(TurnInterval, time, cancellationToken);
    }

    private static string StepOf(JobKind kind) => kind switch
    {
        JobKind.Evaluate => "an evaluation",
        JobKind.Tune => "a search for parameters",
        JobKind.Apply => "a batch apply",
        JobKind.Backtest => "a backtest",
        _ => "a training",
    };
}
