using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>What a strategy wants to happen, and why.</summary>
public abstract record RolloutDecision(string Message)
{
    /// <summary>Everything stays as it is.</summary>
    public sealed record Stay(string Message) : RolloutDecision(Message);

    /// <summary>The traffic is divided anew.</summary>
    /// <param name="Weights">Of all arms.</param>
    public sealed record Serve(ImmutableArray<ArmWeight> Weights, string Message) : RolloutDecision(Message)
    {
        /// <summary>The step that begins, from 0; null: the one that runs goes on.</summary>
        public int? Step { get; init; }

        /// <summary>The arm that is in production from now on; null: the one that is.</summary>
        public string? Champion { get; init; }

        /// <summary>The stage whose gates the challengers, or the arm in production from now on, must pass first; null: none.</summary>
        public Stage? Gate { get; init; }
    }

    /// <summary>The experiment ends, and an arm of it is in production for all traffic.</summary>
    /// <param name="Arm">Its name; it must pass the gates before <see cref="Stage.Champion"/> first.</param>
    public sealed record Promote(string Arm, string Message) : RolloutDecision(Message);

    /// <summary>The experiment ends, and the champion has all traffic.</summary>
    public sealed record GiveUp(ExperimentVerdict Verdict, string Message) : RolloutDecision(Message);
}
