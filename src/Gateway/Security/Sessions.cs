using System.Security.Claims;
using Progeny.Abstractions.Common;
using Progeny.Core.Common;
using Progeny.Core.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

/// <summary>What a session of the console holds, and of whom it is. That of a key is as good as the key is at the moment.</summary>
internal sealed class Sessions(ApiKeyRing ring, ApiKeys keys, ApiKeyHasher hasher, IDatabaseHealth database)
{
    /// <summary>The name of the kind of authentication.</summary>
    public const string Scheme = "Session";

    /// <summary>How long a session lasts without a request.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromHours(8);

    /// <summary>How long a session lasts at most: what an issuer says of somebody is asked for again then.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromHours(24);

    private const string NameClaim = "sub";
    private const string KeyClaim = "key";
    private const string AccessClaim = "access";

    /// <summary>What the cookie of a session holds.</summary>
    public static ClaimsPrincipal Begin(Caller caller)
    {
        var identity = new ClaimsIdentity(Scheme, NameClaim, roleType: null);
        identity.AddClaim(new Claim(NameClaim, caller.Name));
        if (caller.KeyId is { } key)
            identity.AddClaim(new Claim(KeyClaim, key));
        else
            identity.AddClaims(caller.Access.Entries.Select(entry => new Claim(AccessClaim, entry.ToString())));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>Whose session it is, or why it has ended.</summary>
    /// <param name="session">What <see cref="Begin"/> has made.</param>
    public async Task<CallerFinding> FindAsync(ClaimsPrincipal session, CancellationToken cancellationToken)
    {
        if (session.FindFirst(KeyClaim)?.Value is not { } id)
        {
            var entries = session.FindAll(AccessClaim).Select(claim => AccessEntry.Parse(claim.Value).Entry).OfType<AccessEntry>();
            return new CallerFinding(new Caller(session.FindFirst(NameClaim)!.Value, new Access([.. entries])), null);
        }

        var (entry, finding) = await FindEntryAsync(id, cancellationToken);
        if (entry is null)
            return finding;
        if (entry.Problem is { } problem)
            return new CallerFinding(null, $"{problem} So has its session ended.");
        entry.Use();
        return new CallerFinding(entry.Caller, null);
    }

    /// <summary>Whose key it is that somebody signs in with, or why it is refused.</summary>
    public async Task<CallerFinding> FindKeyAsync(string text, CancellationToken cancellationToken)
    {
        if (!ApiKeyText.IsWellFormed(text))
            return new CallerFinding(null, "This is no key; one looks like 'pgy_', 8 characters, '_' and 43 characters.");
        var (entry, finding) = await FindEntryAsync(ApiKeyText.IdOf(text).ToString(), cancellationToken);
        if (entry is null)
            return finding;
        if (!entry.Matches(hasher, text))
            return new CallerFinding(null, "The key is not valid here.");
        return entry.Problem is { } problem ? new CallerFinding(null, problem) : new CallerFinding(entry.Caller, null);
    }

    /// <summary>A key by its id, which another node may just have made; null: there is none, or nobody knows at the moment.</summary>
    private async Task<(ApiKeyEntry? Entry, CallerFinding Problem)> FindEntryAsync(string id, CancellationToken cancellationToken)
    {
        if (ring.TryFind(id, out var known))
            return (known, default);
        try
        {
            if (database.Problem is { } problem)
                throw new StorageUnavailableException(problem);
            await keys.RefreshAsync(cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            return (null, new CallerFinding(
                null,
                "The key is not known here, and the database, which may know it, cannot be reached; ask again.") { IsUnavailable = true });
        }

        return ring.TryFind(id, out var entry)
            ? (entry, default)
            : (null, new CallerFinding(null, "The key is not valid here: there is none of its id."));
    }
}
