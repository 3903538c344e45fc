using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Experiments.Strategies;

namespace Progeny.Core.Experiments;

/// <summary>What an experiment is run with: its stored state, the project's plan, gates, and what was served since.</summary>
public interface IExperimentContext
{
    ExperimentState State { get; }

    /// <summary>Stores the state; then its outbox is in the log of decisions.</summary>
    Task SaveAsync(ExperimentState next);

    /// <summary>Makes a state the current one without storing it: a stop loses nothing of it that cannot be counted again.</summary>
    void Keep(ExperimentState next);

    /// <summary>The plan in force.</summary>
    Task<RolloutPlan> GetPlanAsync();

    /// <inheritdoc cref="IRolloutGrain.SetPlan"/>
    Task<RolloutPlan> SetPlanAsync(PlanDraft draft);

    /// <summary>What the gates before a stage say of a generation.</summary>
    /// <param name="by">Who wants the generation there; null: the experiment.</param>
    Task<GateReport> CheckGatesAsync(GenerationReference generation, Stage stage, string? by = null);

    /// <summary>What a strategy decides on.</summary>
    Task<ExperimentSnapshot> TakeSnapshotAsync();

    /// <summary>The state with the outcomes and requests since.</summary>
    Task<ExperimentState> CountAsync();

    /// <summary>The sequence number of the project's last record in the query log.</summary>
    Task<long> GetLastRecordAsync();
}
