using System.Collections.Concurrent;
using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>The projects of which this node logged queries, or scored outcomes, since they were taken last.</summary>
public sealed class ProjectActivity : IQueryBatchSink
{
    private readonly ConcurrentDictionary<string, bool> projects = new(StringComparer.Ordinal);

    /// <summary>Something happened to the project.</summary>
    public void Add(string project) => projects.TryAdd(project, true);

    /// <inheritdoc/>
    public void Accept(QueryBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Add(batch.Project);
    }

    /// <summary>The names, each of which is given once.</summary>
    public IReadOnlyList<string> Take()
    {
        var taken = new List<string>();
        foreach (var (project, _) in projects)
        {
            if (projects.TryRemove(project, out _))
                taken.Add(project);
        }

        return taken;
    }
}
