using System.Collections.Concurrent;

namespace Progeny.Storage.Tracking;

/// <summary>The numbers of the names of metrics. A name keeps its number, so those that are known are remembered.</summary>
internal sealed class MetricKeys(TrackingDatabase database)
{
    private const int MaxKnown = 100_000;

    private readonly ConcurrentDictionary<string, long> _known = new(StringComparer.Ordinal);

    /// <summary>The numbers of names; those that have none get one, in a transaction of its own.</summary>
    public async ValueTask<IReadOnlyDictionary<string, long>> ResolveAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        List<string>? unknown = null;
        foreach (var name in names)
        {
            if (_known.TryGetValue(name, out var id))
                found[name] = id;
            else if (found.TryAdd(name, 0))
                (unknown ??= []).Add(name);
        }

        if (unknown is null)
            return found;
        unknown.Sort(StringComparer.Ordinal);
        var added = await database.WriteAsync(session => AddAsync(session, unknown), cancellationToken);
        if (_known.Count > MaxKnown)
            _known.Clear();
        foreach (var (name, id) in added)
            _known[name] = found[name] = id;
        return found;
    }

    private async Task<List<(string Name, long Id)>> AddAsync(TrackingSession session, List<string> names)
    {
        foreach (var name in names)
            await session.ExecuteAsync("INSERT INTO tracking_keys (name) VALUES (:name) ON CONFLICT (name) DO NOTHING", new { name });
        return await session.ListAsync(
            $"SELECT name, id FROM tracking_keys WHERE {database.Dialect.In("name", "names")}",
            new { names = database.Dialect.List(names) },
            row => (row.GetString(0), row.GetInt64(1)));
    }
}
