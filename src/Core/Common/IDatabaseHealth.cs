namespace Progeny.Core.Common;

/// <summary>Whether what this node stores in can be reached.</summary>
public interface IDatabaseHealth
{
    /// <summary>What a check found; null: the database answers, or is this node's own files.</summary>
    string? Problem { get; }

    /// <summary>How long the database has not answered; zero: it answers.</summary>
    TimeSpan Unreachable { get; }

    /// <summary>How long the last check took; null: there is no database that is checked.</summary>
    TimeSpan? Latency { get; }
}
