using Progeny.Abstractions.Rollout;

namespace Progeny.Core.Rollout.Bandits;

/// <summary>Weighs what is known of arms against what could be learned.</summary>
public interface IBanditPolicy
{
    BanditPolicy Policy { get; }

    /// <summary>The share of each arm, with a sum of 1.</summary>
    /// <param name="rewards">The more the better.</param>
    /// <param name="epsilon">epsilon-greedy: the share that is left to chance.</param>
    double[] Shares(IReadOnlyList<ArmSums> rewards, double epsilon);
}
