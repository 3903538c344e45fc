using Microsoft.Extensions.Options;
using Progeny.Abstractions.Training;
using Progeny.Core.Training;
using Progeny.Grains.Common;

namespace Progeny.Grains.Training;

/// <summary>Runs the work of jobs, as many at once as the node has places.</summary>
internal sealed class JobRunner(IEnumerable<IJobWork> works, TrainingSlots slots, ProjectBreaker breaker, IOptions<JobOptions> options)
{
    /// <summary>Waits for a free place, then does the work of the job.</summary>
    /// <param name="job">The job as it is stored.</param>
    /// <param name="begin">Stores that another attempt has begun, and returns the job as it is then.</param>
    public async Task<JobOutcome> RunAsync(
        JobInfo job, Func<Task<JobInfo>> begin, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        using var slot = await slots.TakeAsync(job.Project, job.Request.Kind, cancellationToken);
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

    private static string StepOf(JobKind kind) => kind switch
    {
        JobKind.Evaluate => "an evaluation",
        JobKind.Tune => "a search for parameters",
        _ => "a training",
    };
}
