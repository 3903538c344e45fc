using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Experiments.Bandits;

/// <summary>What a bandit knows of an arm.</summary>
/// <param name="Rewards">The more the better; with a discount, what they count by now.</param>
/// <param name="Outcomes">How many outcomes it has had, each counting 1 however long ago it came.</param>
public sealed record BanditArm(ArmSums Rewards, double Outcomes)
{
    /// <summary>The outcomes from which on an arm is compared with others.</summary>
    public const double Least = 10;

    /// <summary>What faded to less than this is gone.</summary>
    private const double Gone = 1e-6;

    /// <summary>Whether enough is known of it to compare it.</summary>
    public bool IsTried => Outcomes >= Least && Rewards.Count > Gone;

    /// <summary>An arm of which nothing has faded.</summary>
    public static BanditArm Of(ArmSums rewards) => new(rewards, rewards.Count);

    /// <summary>
    /// Arms by the metric that they are compared by; the outcomes of one entity count for what they tell (<see cref="DesignEffect"/>).
    /// </summary>
    /// <param name="goal">Whether the less of it the better, or the more.</param>
    public static IReadOnlyList<BanditArm> Of(IReadOnlyList<(ArmSums Sums, double Outcomes)> arms, Goal goal)
    {
        var isBinary = arms.All(arm => arm.Sums.IsBinary);
        return [
            .. arms.Select(
                arm => Counted(arm.Sums) is var sums && goal == Goal.Maximize
                    ? new BanditArm(sums, arm.Outcomes)
                    : new BanditArm(sums.Turn(isBinary), arm.Outcomes)),
        ];
    }

    /// <summary>
    /// As many independent outcomes as tell the same. Of too few entities to know how alike their outcomes are, these are taken as all
    /// alike.
    /// </summary>
    private static ArmSums Counted(ArmSums sums) =>
        DesignEffect.Effective(sums) ?? (sums with { Clusters = null }).Scale(1 / DesignEffect.Most(sums));
}
