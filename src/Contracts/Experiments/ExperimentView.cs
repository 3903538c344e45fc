using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Contracts.Rollouts;

namespace Progeny.Contracts.Experiments;

/// <summary>An experiment as the API shows it.</summary>
/// <param name="Id">Strategy and number: <c>canary-7</c>.</param>
/// <param name="Status">starting, running, paused or ended.</param>
/// <param name="Verdict">How it ended: won, rolled_back, undecided, aborted, interrupted or superseded; null: it runs.</param>
/// <param name="Message">What it does, or how it ended and why.</param>
/// <param name="Champion">The generation in production when it began.</param>
/// <param name="Step">canary: the step, from 1.</param>
/// <param name="Elapsed">The seconds that it has run.</param>
/// <param name="StepElapsed">canary: those of the step.</param>
/// <param name="PlanVersion">The plan that it has put in force last.</param>
/// <param name="History">What happened, oldest first.</param>
public sealed record ExperimentView(
    string Project,
    string Id,
    RolloutRules Rules,
    ExperimentStatus Status,
    ExperimentVerdict? Verdict,
    string Message,
    GenerationReference Champion,
    IReadOnlyList<ExperimentArmView> Arms,
    int? Step,
    double Elapsed,
    double? StepElapsed,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    string By,
    string? Reason,
    long PlanVersion,
    IReadOnlyList<ExperimentEvent> History);
