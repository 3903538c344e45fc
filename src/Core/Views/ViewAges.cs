using System.Collections.Concurrent;

namespace Progeny.Core.Views;

/// <summary>The times of the newest values of views, as they were last read on this node.</summary>
public sealed class ViewAges(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Project, string View), DateTimeOffset> newest = new();

    /// <summary>The age of each view's newest value.</summary>
    public IEnumerable<(string Project, string View, TimeSpan Age)> All => newest.Select(pair =>
        (pair.Key.Project, pair.Key.View, time.GetUtcNow() - pair.Value is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero));

    /// <summary>Notes that a value was read, and when it became known.</summary>
    public void Record(string project, string view, DateTimeOffset known)
    {
        if (!newest.TryGetValue((project, view), out var before) || known > before)
            newest.AddOrUpdate((project, view), known, (_, other) => known > other ? known : other);
    }

    /// <summary>Forgets the views of a project.</summary>
    public void Remove(string project)
    {
        foreach (var key in newest.Keys.Where(key => key.Project == project))
            newest.TryRemove(key, out _);
    }
}
