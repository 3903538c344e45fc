namespace Progeny.Abstractions.Experiments;

/// <summary>How a bandit weighs what it knows against what it could learn.</summary>
public enum BanditPolicy
{
    /// <summary>Thompson sampling: each arm's share is the probability that it is the best.</summary>
    Thompson,

    /// <summary>The arm with the highest upper confidence bound has the traffic.</summary>
    Ucb,

    /// <summary>The best arm so far has the traffic, but for a share that is spread over all.</summary>
    EpsilonGreedy,
}
