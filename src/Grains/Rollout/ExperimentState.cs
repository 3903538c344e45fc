using System.Collections.Immutable;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;

namespace Progeny.Grains.Rollout;

/// <summary>What <see cref="ExperimentGrain"/> remembers.</summary>
[GenerateSerializer, Immutable, Alias("progeny.experiment-state")]
public sealed record ExperimentState
{
    /// <summary>What was asked for; null: there is no such experiment.</summary>
    [Id(0)] public ExperimentRequest? Request { get; init; }

    [Id(1)] public ExperimentStatus Status { get; init; }

    [Id(2)] public ExperimentVerdict Verdict { get; init; }

    [Id(3)] public string Message { get; init; } = "";

    /// <summary>The generation in charge when it began.</summary>
    [Id(4)] public GenerationReference? Champion { get; init; }

    /// <summary>The name of the arm in charge now.</summary>
    [Id(5)] public string ChampionArm { get; init; } = "";

    /// <summary>The first champion first.</summary>
    [Id(6)] public ImmutableArray<ExperimentArmState> Arms { get; init; } = [];

    /// <summary>The step, from 0.</summary>
    [Id(7)] public int Step { get; init; }

    /// <summary>How long it has run, as its timers saw it.</summary>
    [Id(8)] public TimeSpan Elapsed { get; init; }

    [Id(9)] public TimeSpan StepElapsed { get; init; }

    [Id(10)] public DateTimeOffset StartedAt { get; init; }

    [Id(11)] public DateTimeOffset StepAt { get; init; }

    [Id(12)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The place in the query log behind which its predictions are.</summary>
    [Id(13)] public long After { get; init; }

    /// <summary>The same of the step.</summary>
    [Id(14)] public long StepAfter { get; init; }

    /// <summary>The place in the list of changed scores up to which they are counted.</summary>
    [Id(15)] public long Place { get; init; }

    /// <summary>The plan that it has put in force last, or the one that it is to change first.</summary>
    [Id(16)] public long PlanVersion { get; init; }

    /// <summary>What it is about to do; null: nothing. Stored before it is done, so that it is done once whatever stops in between.</summary>
    [Id(17)] public ExperimentActState? Act { get; init; }

    [Id(18)] public ImmutableArray<ExperimentEvent> History { get; init; } = [];

    /// <summary>Decisions that are to be kept and may not be yet.</summary>
    [Id(20)] public ImmutableArray<Decision> Untold { get; init; } = [];

    /// <summary>How many events there were.</summary>
    [Id(21)] public int Events { get; init; }

    /// <summary>How many plans it has put in force.</summary>
    [Id(22)] public int Plans { get; init; }

    /// <summary>The run time at which it put the last one in force.</summary>
    [Id(23)] public TimeSpan PlanSince { get; init; }

    /// <summary>The place in the query log up to which requests are counted.</summary>
    [Id(24)] public long ServedPlace { get; init; }

    /// <summary>Whether queries follow a key, mostly their entity, so that the outcomes of one are not independent; false: each is drawn by itself.</summary>
    [Id(25)] public bool IsByEntity { get; init; }

    /// <summary>The sticky key of the plan before it, which that after it has, too.</summary>
    [Id(26)] public string? StickyKey { get; init; }
}
