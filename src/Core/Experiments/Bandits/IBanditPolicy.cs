using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Bandits;

/// <summary>Weighs what is known of arms against what could be learned.</summary>
public interface IBanditPolicy
{
    BanditPolicy Policy { get; }

    /// <summary>
    /// The share of each arm, with a sum of 1. An arm that is not tried yet has its even part at most: its outcomes may come late, or
    /// never, and until then nothing says that it deserves more.
    /// </summary>
    /// <param name="epsilon">epsilon-greedy: the share that is left to chance.</param>
    double[] Shares(IReadOnlyList<BanditArm> arms, double epsilon);
}
