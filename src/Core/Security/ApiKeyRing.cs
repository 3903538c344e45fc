using System.Collections.Frozen;
using System.Globalization;

namespace Progeny.Core.Security;

/// <summary>
/// The keys that this process knows, by id, and the sessions that ended. Thread-safe; looking up takes no lock.
/// </summary>
public sealed class ApiKeyRing
{
    private readonly Lock _gate = new();
    private volatile FrozenDictionary<string, ApiKeyEntry> _entries = FrozenDictionary<string, ApiKeyEntry>.Empty;
    private volatile FrozenSet<string> _endedSessions = FrozenSet<string>.Empty;
    private long _version = -1;

    /// <summary>Called when other keys or ended sessions were taken over.</summary>
    public event EventHandler? Changed;

    /// <summary>The <see cref="ApiKeySet.Version"/> of the keys; -1: none were read yet.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Finds a key by its id.</summary>
    public bool TryFind(ReadOnlySpan<char> id, out ApiKeyEntry? entry) =>
        _entries.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out entry);

    /// <summary>Whether a session ended before its time was over.</summary>
    public bool HasEnded(string session) => _endedSessions.Contains(session);

    /// <summary>
    /// Takes over keys as they were read. A key that is no longer valid is refused when the call returns. Older ones than are known change
    /// nothing.
    /// </summary>
    public void Apply(ApiKeySet set, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (set.Version < _version)
                return;
            var known = _entries;
            _entries = set.Keys.ToFrozenDictionary(
                key => key.Id,
                key =>
                {
                    if (!known.TryGetValue(key.Id, out var entry))
                        return new ApiKeyEntry(key);
                    entry.Key = key;
                    return entry;
                },
                StringComparer.Ordinal);
            _endedSessions = set.EndedSessions.ToFrozenSet(StringComparer.Ordinal);
            foreach (var (id, entry) in known)
            {
                if (!_entries.ContainsKey(id))
                    entry.End("The key is not valid any more.");
            }

            Interlocked.Exchange(ref _version, set.Version);
            EndInvalid(now);
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Refuses the keys from now on that have expired.</summary>
    public void Expire(DateTimeOffset now)
    {
        lock (_gate)
            EndInvalid(now);
    }

    /// <summary>The keys that were used since they were last returned, those that were not within a while.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> TakeUses(DateTimeOffset now, TimeSpan atMostEvery)
    {
        var used = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var (id, entry) in _entries)
        {
            if (entry.TakeUse(now, atMostEvery))
                used.Add(id, now);
        }

        return used;
    }

    private void EndInvalid(DateTimeOffset now)
    {
        foreach (var (_, entry) in _entries)
        {
            var key = entry.Key;
            if (entry.Problem is null && !key.IsValid(now))
                entry.End(
                    $"The key '{key.Name}' ({key.Id}) "
                        + $"{(key.RevokedAt is null ? $"has expired at {Show(key.ExpiresAt)}" : $"was revoked at {Show(key.RevokedAt)}")}.");
        }
    }

    private static string Show(DateTimeOffset? time) =>
        time!.Value.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
