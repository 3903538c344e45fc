using System.Collections.Concurrent;

namespace Progeny.Core.QueryLog;

/// <summary>
/// The projects whose agent is awake on this node: only their records grow old. What a project has that was ended, or that is not awake
/// yet, is kept.
/// </summary>
public sealed class RetentionScope
{
    private readonly ConcurrentDictionary<string, bool>? names;

    public RetentionScope() => names = new(StringComparer.Ordinal);

    private RetentionScope(ConcurrentDictionary<string, bool>? names) => this.names = names;

    /// <summary>Every project runs.</summary>
    public static RetentionScope All { get; } = new(null);

    /// <summary>Whether records are removed only once they are archived.</summary>
    public bool WaitsForArchive { get; init; }

    /// <summary>The project runs from now on.</summary>
    public void Add(string project) => names?.TryAdd(project, true);

    /// <summary>The project has ended.</summary>
    public void Remove(string project) => names?.TryRemove(project, out _);

    public bool Contains(string project) => names?.ContainsKey(project) ?? true;
}
