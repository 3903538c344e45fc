using Progeny.Abstractions.Training;
using Progeny.Core.Training;

namespace Progeny.Grains.Training;

/// <summary>What jobs of one kind do.</summary>
internal interface IJobWork
{
    JobKind Kind { get; }

    /// <summary>Does the work. It may be started again where a node stopped in the middle, and must come to the same end.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<JobOutcome> RunAsync(JobInfo job, IProgress<TrainingProgress> progress, CancellationToken cancellationToken);
}
