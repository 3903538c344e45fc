using System.Collections.Immutable;
using Orleans.Concurrency;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;

namespace Progeny.Abstractions.Projects;

/// <summary>A project: its releases, jobs and life cycle. Key: the project's name.</summary>
[Alias("progeny.project")]
public interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>The project, or null where nothing was released under this name.</summary>
    /// <remarks>It is asked by what the project itself asks, too, and only reads.</remarks>
    [Alias("get"), AlwaysInterleave]
    Task<ProjectInfo?> Get();

    /// <summary>Publishes a release; its version must be greater than all before.</summary>
    /// <param name="ticket">The package's in the artifact store, where it is staged; it is kept once it has passed all checks.</param>
    /// <param name="publisher">Who publishes it, and may not have it do what they may not; null: anybody.</param>
    /// <exception cref="RegistryException">The version is not greater, the package belongs to another project, or its publisher may not do
    /// what it says.</exception>
    [Alias("publish")]
    Task<ReleaseInfo> Publish(string ticket, Publisher? publisher);

    /// <summary>Ends the project: off the roster, no plan, no jobs, all generations archived. One that has ended stays as it is.</summary>
    /// <exception cref="RegistryException">There is no such project.</exception>
    [Alias("decommission")]
    Task<ProjectInfo> Decommission(string? by, string reason);

    /// <summary>Brings a project back that was ended: on the roster, its generations staged, nothing in production.</summary>
    /// <exception cref="RegistryException">There is no such project, or it was not ended.</exception>
    [Alias("recommission")]
    Task<ProjectInfo> Recommission(string? by, string? reason);

    /// <summary>Starts a job on a release (null: the newest) and returns it.</summary>
    /// <exception cref="RegistryException">There is no such release.</exception>
    [Alias("start-job")]
    Task<JobInfo> StartJob(JobRequest request);

    /// <summary>The ids of the project's jobs, newest first, up to 1,000.</summary>
    [Alias("list-jobs")]
    Task<ImmutableArray<string>> ListJobs();

    /// <summary>
    /// The ids of the newest 30 trainings and searches, of the newest 30 evaluations, and of all jobs that have not ended; newest first
    /// within a kind.
    /// </summary>
    [Alias("list-recent-jobs")]
    Task<ImmutableArray<string>> ListRecentJobs();

    /// <summary>Finishes what the stop of a node interrupted: wakes the jobs that have not ended, and finishes a decommission.</summary>
    [Alias("wake")]
    Task Wake();

    /// <summary>Whether a training or search may begin: no other one of the project that was started earlier is open.</summary>
    [Alias("may-train"), AlwaysInterleave]
    Task<bool> MayTrain(string jobId);

    /// <summary>Takes note that a job ended, so that it is not woken again.</summary>
    [Alias("job-ended")]
    Task JobEnded(string jobId);
}
