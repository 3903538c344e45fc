using System.Collections.Immutable;

namespace Progeny.Core.Security;

/// <summary>
/// Makes, lists, rotates and revokes keys. What it changes is in force in this process when a call returns, and everywhere within two
/// seconds.
/// </summary>
public sealed class ApiKeys(IApiKeyStore store, ApiKeyRing ring, ApiKeyHasher hasher, TimeProvider time)
{
    /// <summary>For how long a key is accepted beside the one that takes its place, unless it is said otherwise.</summary>
    public static readonly TimeSpan StandardOverlap = TimeSpan.FromHours(1);

    /// <summary>The longest time for which a key is accepted beside the one that takes its place.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    /// <summary>The most keys that are valid at once.</summary>
    public const int MaxKeys = 10_000;

    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private Task _refresh = Task.CompletedTask;

    /// <summary>All keys, in the order in which they were made, also those that are refused.</summary>
    public async Task<ImmutableArray<ApiKey>> ListAsync(CancellationToken cancellationToken) =>
        (await store.ReadAsync(cancellationToken)).Keys;

    /// <summary>A key by its id, or the newest of a name; null: there is none.</summary>
    public async Task<ApiKey?> FindAsync(string idOrName, CancellationToken cancellationToken) =>
        Find(await ListAsync(cancellationToken), idOrName);

    /// <summary>Makes a key.</summary>
    /// <param name="name">See <see cref="ApiKeyChecks.ReadName"/>.</param>
    /// <param name="access">See <see cref="ApiKeyChecks.ReadAccess"/>.</param>
    /// <param name="expiresAt">From when on it is refused; null: it does not expire.</param>
    /// <param name="by">Who makes it.</param>
    /// <exception cref="ApiKeyException">The name is taken, or the time has passed.</exception>
    public async Task<NewApiKey> CreateAsync(
        string name, ImmutableArray<AccessEntry> access, DateTimeOffset? expiresAt, string by, CancellationToken cancellationToken)
    {
        NewApiKey? made = null;
        await ChangeAsync(
            keys =>
            {
                var now = time.GetUtcNow();
                if (expiresAt <= now)
                    throw new ApiKeyException(
                        ApiKeyError.Invalid, $"The key would have expired at {expiresAt:O} already; name a time to come, or none.");
                if (Current(keys, now).Any(key => key.Name == name))
                    throw new ApiKeyException(
                        ApiKeyError.Conflict, $"There is a key '{name}' already; rotate or revoke that one, or choose another name.");
                if (keys.Any(key => key.Id == name))
                    throw new ApiKeyException(ApiKeyError.Conflict, $"'{name}' is the id of a key; choose another name.");
                if (keys.Count(key => key.IsValid(now)) >= MaxKeys)
                    throw new ApiKeyException(ApiKeyError.Conflict, $"There are {MaxKeys} keys already, the most allowed; revoke some.");
                made = Make(keys, name, access, expiresAt, by, now);
                return [made.Key];
            },
            cancellationToken);
        return made!;
    }

    /// <summary>
    /// Makes a key that takes another's place: with its name, its access, and as long a life. The other one is accepted for a while longer.
    /// </summary>
    /// <param name="idOrName">The key's id or name.</param>
    /// <param name="overlap">For how long both are accepted; zero: the old one is refused at once.</param>
    /// <exception cref="ApiKeyException">There is no such key, or it is not valid, or it has been replaced.</exception>
    public async Task<NewApiKey> RotateAsync(string idOrName, TimeSpan overlap, string by, CancellationToken cancellationToken)
    {
        if (overlap < TimeSpan.Zero || overlap > MaxOverlap)
            throw new ApiKeyException(
                ApiKeyError.Invalid,
                $"The old key can be accepted for 0 to {MaxOverlap.TotalSeconds} seconds longer, not for {overlap.TotalSeconds}.");
        NewApiKey? made = null;
        await ChangeAsync(
            keys =>
            {
                var now = time.GetUtcNow();
                var old = Find(keys, idOrName) ?? throw Missing(idOrName);
                if (!old.IsValid(now))
                    throw new ApiKeyException(
                        ApiKeyError.Conflict, $"The key '{old.Name}' ({old.Id}) is not valid any more; create a new one.");
                if (keys.FirstOrDefault(key => key.Replaces == old.Id) is { } successor)
                    throw new ApiKeyException(
                        ApiKeyError.Conflict, $"The key '{old.Name}' ({old.Id}) has been replaced by {successor.Id}; rotate that one.");
                made = Make(keys, old.Name, old.Access, now + (old.ExpiresAt - old.CreatedAt), by, now);
                made = made with { Key = made.Key with { Replaces = old.Id } };
                var until = now + overlap;
                return [made.Key, old with { ExpiresAt = old.ExpiresAt < until ? old.ExpiresAt : until }];
            },
            cancellationToken);
        return made!;
    }

    /// <summary>Has a key refused from now on; of a name all that are valid.</summary>
    /// <param name="idOrName">The key's id, or the name of one or several.</param>
    /// <param name="force">Also when no key for everything is left.</param>
    /// <returns>The keys that were revoked; one that was not valid any more stays as it was.</returns>
    /// <exception cref="ApiKeyException">There is no such key, or it is the last one for everything.</exception>
    public async Task<ImmutableArray<ApiKey>> RevokeAsync(string idOrName, bool force, string by, CancellationToken cancellationToken)
    {
        ImmutableArray<ApiKey> revoked = [];
        await ChangeAsync(
            keys =>
            {
                var now = time.GetUtcNow();
                var found = Find(keys, idOrName) ?? throw Missing(idOrName);
                var isId = found.Id == idOrName;
                revoked = [.. keys.Where(key => (isId ? key.Id == idOrName : key.Name == idOrName) && key.IsValid(now))
                    .Select(key => key with { RevokedAt = now, RevokedBy = by })];
                var left = Current(keys, now).Where(key => key.IsAdmin).Select(key => key.Id).Except(revoked.Select(key => key.Id));
                if (!force && revoked.Any(key => key.IsAdmin) && !left.Any())
                {
                    throw new ApiKeyException(
                        ApiKeyError.Conflict,
                        $"'{found.Name}' is the last key for everything (admin); without it nobody can make keys. Make another one first, "
                            + "or force it.");
                }

                return revoked;
            },
            cancellationToken);
        return revoked.IsEmpty ? [(await FindAsync(idOrName, cancellationToken))!] : revoked;
    }

    /// <summary>Ends a session of the console, on all nodes.</summary>
    /// <param name="id">The session's id.</param>
    /// <param name="until">When its time is over in any case.</param>
    public async Task EndSessionAsync(string id, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        ring.Apply(await store.EndSessionAsync(id, until, now, cancellationToken), now);
    }

    /// <summary>Makes or takes a key for everything, if there is none: one of several nodes that start together does.</summary>
    /// <param name="textOf">Given all keys, the text of the one to make; null: none is needed. May be called again after a failure.</param>
    /// <returns>The key; null: none was needed.</returns>
    public async Task<NewApiKey?> EnsureAdminAsync(Func<ImmutableArray<ApiKey>, string?> textOf, CancellationToken cancellationToken)
    {
        NewApiKey? made = null;
        await ChangeAsync(
            keys =>
            {
                made = null;
                if (textOf(keys) is not { } text)
                    return [];
                var now = time.GetUtcNow();
                var name = Current(keys, now).Any(key => key.Name == "admin") ? $"admin-{now.ToUnixTimeSeconds()}" : "admin";
                made = Make(keys, name, Access.Full.Entries, null, "the first start", now, text);
                return [made.Key];
            },
            cancellationToken);
        return made;
    }

    /// <summary>Takes over what other nodes have changed. Callers at the same time share one look at the store.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        Task refresh;
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            if (_refresh.IsCompleted)
                _refresh = ReadAsync();
            refresh = _refresh;
        }
        finally
        {
            _refreshing.Release();
        }

        await refresh.WaitAsync(cancellationToken);
    }

    /// <summary>The keys that are valid and have not been replaced.</summary>
    private static IEnumerable<ApiKey> Current(ImmutableArray<ApiKey> keys, DateTimeOffset now)
    {
        var replaced = keys.Select(key => key.Replaces).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return keys.Where(key => key.IsValid(now) && !replaced.Contains(key.Id));
    }

    private static ApiKey? Find(ImmutableArray<ApiKey> keys, string idOrName) =>
        keys.FirstOrDefault(key => key.Id == idOrName) ?? keys.LastOrDefault(key => key.Name == idOrName);

    private static ApiKeyException Missing(string idOrName) => new(ApiKeyError.NotFound, $"There is no key '{idOrName}'.");

    private NewApiKey Make(
        ImmutableArray<ApiKey> keys,
        string name,
        ImmutableArray<AccessEntry> access,
        DateTimeOffset? expiresAt,
        string by,
        DateTimeOffset now,
        string? text = null)
    {
        text ??= ApiKeyText.Make();
        var id = ApiKeyText.IdOf(text).ToString();
        while (keys.Any(key => key.Id == id || key.Name == id))
            id = ApiKeyText.IdOf(text = ApiKeyText.Make()).ToString();
        return new NewApiKey(
            new ApiKey
            {
                Id = id,
                Name = name,
                Hash = hasher.Hash(text),
                Access = access,
                CreatedAt = now,
                CreatedBy = by,
                ExpiresAt = expiresAt,
            },
            text);
    }

    private async Task ChangeAsync(Func<ImmutableArray<ApiKey>, ImmutableArray<ApiKey>> change, CancellationToken cancellationToken) =>
        ring.Apply(await store.ChangeAsync(change, cancellationToken), time.GetUtcNow());

    private async Task ReadAsync()
    {
        if (await store.ReadVersionAsync(CancellationToken.None) != ring.Version)
            ring.Apply(await store.ReadAsync(CancellationToken.None), time.GetUtcNow());
    }
}
