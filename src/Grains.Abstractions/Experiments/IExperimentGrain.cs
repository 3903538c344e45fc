using Orleans.Concurrency;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Abstractions.Experiments;

/// <summary>
/// A rollout under test: its arms, statistics, history and verdict. Key: <c>project/experiment</c>, e.g. <c>flights/canary-7</c>.
/// </summary>
[Alias("progeny.experiment")]
public interface IExperimentGrain : IGrainWithStringKey
{
    /// <summary>The experiment, or null where there is none.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ExperimentInfo?> Get();

    /// <summary>Stores the experiment and puts its first plan in force; one that is stored already is only woken.</summary>
    /// <exception cref="PlanException">Its generations cannot serve together; nothing was changed, and the experiment has
    /// ended.</exception>
    [Alias("start")]
    Task<ExperimentInfo> Start(ExperimentRequest request);

    /// <summary>Lets a new generation take part in an experiment without an end (bandit, select).</summary>
    [Alias("join")]
    Task<ExperimentInfo> Join(GenerationReference generation, string by);

    /// <summary>Keeps the shares as they are and decides nothing until it is resumed.</summary>
    /// <exception cref="RegistryException">There is no such experiment, or it has ended.</exception>
    [Alias("pause")]
    Task<ExperimentInfo> Pause(string by, string? reason);

    /// <summary>Goes on.</summary>
    /// <exception cref="RegistryException">There is no such experiment, or it has ended.</exception>
    [Alias("resume")]
    Task<ExperimentInfo> Resume(string by, string? reason);

    /// <summary>Ends it; the champion has all traffic again.</summary>
    /// <param name="verdict"><see cref="ExperimentVerdict.Aborted"/> or <see cref="ExperimentVerdict.Superseded"/>.</param>
    /// <exception cref="RegistryException">There is no such experiment, or it has ended.</exception>
    [Alias("end")]
    Task<ExperimentInfo> End(ExperimentVerdict verdict, string by, string? reason);

    /// <summary>Ends it; a generation of it is in production.</summary>
    /// <param name="generation">Null: the only challenger.</param>
    /// <exception cref="RegistryException">There is no such experiment or generation in it, or it has ended.</exception>
    [Alias("promote")]
    Task<ExperimentInfo> Promote(GenerationReference? generation, string by, string? reason);
}
