namespace Progeny.Abstractions.Experiments;

/// <summary>How a new generation comes to answer queries.</summary>
public enum RolloutStrategy
{
    /// <summary>Somebody promotes it.</summary>
    Explicit,

    /// <summary>It is in production once it has passed its gates.</summary>
    Latest,

    /// <summary>It answers as a shadow until its outcomes suffice; then its gates decide.</summary>
    Shadow,

    /// <summary>Its share grows step by step, or it is rolled back.</summary>
    Canary,

    /// <summary>It answers a fixed share until a sequential test has a verdict.</summary>
    AbTest,

    /// <summary>It has the share that its rewards earn.</summary>
    Bandit,

    /// <summary>SQL over the figures of all generations gives the shares.</summary>
    Select,
}
