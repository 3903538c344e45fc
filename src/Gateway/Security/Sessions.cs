using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Progeny.Abstractions.Common;
using Progeny.Core.Common;
using Progeny.Core.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Security;

/// <summary>
/// The sessions of the console. What one holds is in its cookie; that it ended early is stored, and in force on all nodes within two
/// seconds. A session of a key is valid as long as the key is.
/// </summary>
internal sealed class Sessions : IDisposable
{
    /// <summary>The name of the kind of authentication.</summary>
    public const string Scheme = "Session";

    /// <summary>How long a session lasts without a request.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromHours(8);

    /// <summary>How long a session lasts at most: what an issuer says of somebody is asked for again then.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromHours(24);

    private const string NameClaim = "sub";
    private const string IdClaim = "sid";
    private const string UntilClaim = "until";
    private const string KeyClaim = "key";
    private const string AccessClaim = "access";
    private const int IdBytes = 16;
    private const int CleanEvery = 256;
    private const string HasEnded = "The session has ended: somebody signed out of it; sign in again, at /sign-in.";

    private readonly ConcurrentDictionary<string, LiveSession> _live = new(StringComparer.Ordinal);
    private readonly ApiKeyRing _ring;
    private readonly ApiKeys _keys;
    private readonly ApiKeyHasher _hasher;
    private readonly IDatabaseHealth _database;
    private readonly TimeProvider _time;

    public Sessions(ApiKeyRing ring, ApiKeys keys, ApiKeyHasher hasher, IDatabaseHealth database, TimeProvider time)
    {
        (_ring, _keys, _hasher, _database, _time) = (ring, keys, hasher, database, time);
        ring.Changed += OnChanged;
    }

    public void Dispose() => _ring.Changed -= OnChanged;

    /// <summary>Makes a session.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="context">The request by which somebody signs in: its entry in the audit log gets who that is.</param>
    /// <returns>What the cookie of the session holds.</returns>
    public ClaimsPrincipal Begin(Caller caller, HttpContext context)
    {
        var id = RandomNumberGenerator.GetHexString(2 * IdBytes, lowercase: true);
        var identity = new ClaimsIdentity(Scheme, NameClaim, roleType: null);
        identity.AddClaim(new Claim(NameClaim, caller.Name));
        identity.AddClaim(new Claim(IdClaim, id));
        identity.AddClaim(
            new Claim(UntilClaim, (_time.GetUtcNow() + MaxTime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
        if (caller.KeyId is { } key)
            identity.AddClaim(new Claim(KeyClaim, key));
        else
            identity.AddClaims(caller.Access.Entries.Select(entry => new Claim(AccessClaim, entry.ToString())));
        if (context.Features.Get<AuditDraft>() is { } draft)
            (draft.By, draft.Subject) = (caller.Name, $"session {id}");
        return new ClaimsPrincipal(identity);
    }

    /// <summary>Whether a cookie holds what <see cref="Begin"/> makes.</summary>
    public static bool IsSession(ClaimsPrincipal? session) =>
        session is not null && session.HasClaim(claim => claim.Type == IdClaim) && session.HasClaim(claim => claim.Type == UntilClaim);

    /// <summary>Ends a session on all nodes, and what is followed with it.</summary>
    /// <param name="session">What <see cref="Begin"/> has made.</param>
    /// <param name="context">The request by which somebody signs out.</param>
    public Task EndAsync(ClaimsPrincipal session, HttpContext context)
    {
        if (context.Features.Get<AuditDraft>() is { } draft)
            draft.Subject = $"session {IdOf(session)}";
        return _keys.EndSessionAsync(IdOf(session), UntilOf(session), context.RequestAborted);
    }

    /// <summary>Whose session it is, or why it has ended.</summary>
    /// <param name="session">What <see cref="Begin"/> has made.</param>
    public async Task<CallerFinding> FindAsync(ClaimsPrincipal session, CancellationToken cancellationToken)
    {
        if (_ring.HasEnded(IdOf(session)))
            return new CallerFinding(null, HasEnded);
        if (session.FindFirst(KeyClaim)?.Value is not { } id)
        {
            var entries = session.FindAll(AccessClaim).Select(claim => AccessEntry.Parse(claim.Value).Entry).OfType<AccessEntry>();
            var caller = new Caller(session.FindFirst(NameClaim)!.Value, new Access([.. entries]));
            return new CallerFinding(caller with { Ended = Follow(session, CancellationToken.None) }, null);
        }

        var (entry, finding) = await FindEntryAsync(id, cancellationToken);
        if (entry is null)
            return finding;
        if (entry.Problem is { } problem)
            return new CallerFinding(null, $"{problem} So its session has ended.");
        entry.Use();
        return new CallerFinding(entry.Caller with { Ended = Follow(session, entry.Caller.Ended) }, null);
    }

    /// <summary>Whose key it is that somebody signs in with, or why it is refused.</summary>
    public async Task<CallerFinding> FindKeyAsync(string text, CancellationToken cancellationToken)
    {
        if (!ApiKeyText.IsWellFormed(text))
            return new CallerFinding(null, "This is no key; one looks like 'pgy_', 8 characters, '_' and 43 characters.");
        var (entry, finding) = await FindEntryAsync(ApiKeyText.IdOf(text).ToString(), cancellationToken);
        if (entry is null)
            return finding;
        if (!entry.Matches(_hasher, text))
            return new CallerFinding(null, "The key is not valid here.");
        return entry.Problem is { } problem ? new CallerFinding(null, problem) : new CallerFinding(entry.Caller, null);
    }

    /// <summary>A key by its id, which another node may just have made; null: there is none, or nobody knows at the moment.</summary>
    private async Task<(ApiKeyEntry? Entry, CallerFinding Problem)> FindEntryAsync(string id, CancellationToken cancellationToken)
    {
        if (_ring.TryFind(id, out var known))
            return (known, default);
        try
        {
            if (_database.Problem is { } problem)
                throw new StorageUnavailableException(problem);
            await _keys.RefreshAsync(cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            return (null, new CallerFinding(
                null,
                "The key is not known here, and the database, which may know it, cannot be reached; ask again.") { IsUnavailable = true });
        }

        return _ring.TryFind(id, out var entry)
            ? (entry, default)
            : (null, new CallerFinding(null, "The key is not valid here: there is none of its id."));
    }

    /// <summary>What is cancelled when a session ends.</summary>
    private CancellationToken Follow(ClaimsPrincipal session, CancellationToken keyEnded)
    {
        var id = IdOf(session);
        if (!_live.TryGetValue(id, out var live))
        {
            live = _live.GetOrAdd(id, new LiveSession(CancellationTokenSource.CreateLinkedTokenSource(keyEnded), UntilOf(session)));
            if (_live.Count % CleanEvery == 0)
                EndThoseThatEnded();
        }

        if (_ring.HasEnded(id)) // since it was asked
            live.Ended.Cancel();
        return live.Ended.Token;
    }

    private void OnChanged(object? sender, EventArgs arguments) => EndThoseThatEnded();

    private void EndThoseThatEnded()
    {
        foreach (var (id, live) in _live)
        {
            if ((_ring.HasEnded(id) || live.Until < _time.GetUtcNow()) && _live.TryRemove(id, out _))
                live.Ended.Cancel();
        }
    }

    private static string IdOf(ClaimsPrincipal session) => session.FindFirst(IdClaim)!.Value;

    private static DateTimeOffset UntilOf(ClaimsPrincipal session) => DateTimeOffset.FromUnixTimeSeconds(
        long.Parse(session.FindFirst(UntilClaim)!.Value, CultureInfo.InvariantCulture));
}
