using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>How a new generation comes to answer queries. It holds nothing: what it decides follows from the snapshot alone.</summary>
public interface IRolloutStrategy
{
    RolloutStrategy Strategy { get; }

    /// <summary>The stage that a generation enters by it first, whose gates it must pass; null: none.</summary>
    Stage? Entry { get; }

    /// <summary>Whether it goes on for ever, and new generations join it.</summary>
    bool IsEndless { get; }

    /// <summary>What happens when generations are proposed.</summary>
    RolloutDecision Begin(ExperimentSnapshot snapshot);

    /// <summary>What happens next, by what is known now.</summary>
    RolloutDecision Evaluate(ExperimentSnapshot snapshot);
}
