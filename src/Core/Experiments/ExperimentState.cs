using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Experiments.Strategies;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Experiments;

/// <summary>An experiment: arms, counts, verdict, and the change of the plan that is under way.</summary>
public sealed record ExperimentState
{
    public string Project { get; init; } = "";

    /// <summary>Strategy and number: <c>canary-7</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>What was asked for; null: there is no such experiment.</summary>
    public ExperimentRequest? Request { get; init; }

    public ExperimentStatus Status { get; init; }

    public ExperimentVerdict Verdict { get; init; }

    public string Message { get; init; } = "";

    /// <summary>The generation in production when it began.</summary>
    public GenerationReference? Champion { get; init; }

    /// <summary>The name of the arm in production now.</summary>
    public string ChampionArm { get; init; } = "";

    /// <summary>The first champion first.</summary>
    public ImmutableArray<ExperimentArmState> Arms { get; init; } = [];

    /// <summary>The step, from 0.</summary>
    public int Step { get; init; }

    /// <summary>How long it has run, as its timers saw it.</summary>
    public TimeSpan Elapsed { get; init; }

    public TimeSpan StepElapsed { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset StepAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The sequence number in the query log behind which its predictions are.</summary>
    public long After { get; init; }

    /// <summary>The same of the step.</summary>
    public long StepAfter { get; init; }

    /// <summary>The offset in the list of changed scores up to which they are counted.</summary>
    public long ScoreOffset { get; init; }

    /// <summary>The plan that it has put in force last, or the one that it is to change first.</summary>
    public long PlanVersion { get; init; }

    /// <summary>
    /// The change of the plan that is under way; null: none. It is stored before it is made, so that a stop in between makes it once.
    /// </summary>
    public ExperimentChange? PendingChange { get; init; }

    /// <summary>The promotion that a person asked for and that waits for an approval; null: none.</summary>
    public WantedPromotion? Wanted { get; init; }

    public ImmutableArray<ExperimentEvent> History { get; init; } = [];

    /// <summary>Decisions that may not be in the log of decisions yet.</summary>
    public ImmutableArray<Decision> Outbox { get; init; } = [];

    /// <summary>How many events there were.</summary>
    public int Events { get; init; }

    /// <summary>How many plans it has put in force.</summary>
    public int Plans { get; init; }

    /// <summary>The run time at which it put the last one in force.</summary>
    public TimeSpan PlanSince { get; init; }

    /// <summary>The sequence number in the query log up to which requests are counted.</summary>
    public long TrafficOffset { get; init; }

    /// <summary>
    /// Whether queries follow a key, mostly their entity, so that the outcomes of one are not independent; false: each is drawn by itself.
    /// </summary>
    public bool IsByEntity { get; init; }

    /// <summary>The sticky key of the plan before it, which that after it has, too.</summary>
    public string? StickyKey { get; init; }

    [JsonIgnore] public bool IsOpen => this is { Request: not null, Status: not ExperimentStatus.Ended };

    /// <summary>The champion now.</summary>
    [JsonIgnore] public GenerationReference ChampionNow => Arms.First(arm => arm.Name == ChampionArm).Generation;

    [JsonIgnore] public ExperimentSettings Settings => Request!.Settings;

    [JsonIgnore] public IRolloutStrategy Strategy => RolloutStrategies.Of(Settings.Strategy);

    /// <summary>An experiment that is to begin.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="champion">The champion.</param>
    /// <param name="scoreOffset">The offset behind which changes of scores are counted.</param>
    public static ExperimentState Create(
        string project,
        string id,
        ExperimentRequest request,
        RolloutPlan plan,
        GenerationReference champion,
        IReadOnlyCollection<GenerationReference> challengers,
        DateTimeOffset now,
        long scoreOffset)
    {
        var isPair = challengers.Count == 1 && !RolloutStrategies.Of(request.Settings.Strategy).IsEndless;
        return new ExperimentState
        {
            Project = project,
            Id = id,
            Request = request,
            Status = ExperimentStatus.Starting,
            Champion = champion,
            ChampionArm = ArmNaming.Champion,
            Arms =
            [
                new ExperimentArmState { Name = ArmNaming.Champion, Generation = champion },
                .. challengers.Select(generation => new ExperimentArmState
                {
                    Name = isPair ? ArmNaming.Challenger : ArmNaming.Of(generation, project),
                    Generation = generation,
                }),
            ],
            StartedAt = now,
            PlanVersion = plan.Version,
            ScoreOffset = scoreOffset,
            IsByEntity = request.Settings.Sticky && plan.StickyKey != RolloutPlan.QueryIdKey,
            StickyKey = plan.StickyKey,
        };
    }
}
