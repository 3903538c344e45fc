using System.Collections.Immutable;
using Progeny.Abstractions.Lifecycle;

namespace Progeny.Abstractions.Rollout;

/// <summary>Conducts a project's rollouts: what is proposed, the experiment that runs, the generation that waits for its end. Key: the project's name.</summary>
[Alias("progeny.rollout")]
public interface IRolloutGrain : IGrainWithStringKey
{
    /// <inheritdoc cref="IProjectGrain.Propose"/>
    [Alias("propose")]
    Task<Proposal> Propose(GenerationReference generation, string by);

    /// <summary>Starts an experiment by hand.</summary>
    /// <exception cref="RegistryException">Another one runs, or nothing is in charge yet.</exception>
    /// <exception cref="PlanException">Its generations cannot serve together.</exception>
    [Alias("start")]
    Task<ExperimentInfo> Start(ExperimentRequest request);

    /// <summary>Puts a generation in charge of all traffic, once it has passed its gates.</summary>
    /// <param name="force">Whether the gates are passed over.</param>
    /// <exception cref="RegistryException">There is no such generation, it may not serve, or a gate does not let it through.</exception>
    [Alias("promote")]
    Task<Promotion> Promote(GenerationReference generation, string? by, string reason, bool force);

    /// <summary>The experiments, newest first, up to 100.</summary>
    [Alias("list")]
    Task<ImmutableArray<ExperimentInfo>> List();

    /// <summary>Finishes what the stop of a node interrupted, and wakes the experiment that runs.</summary>
    [Alias("wake")]
    Task Wake();
}
