using Microsoft.AspNetCore.Connections.Features;
using Progeny.Abstractions.Common;
using Progeny.Core.Common;
using Progeny.Core.Security;

namespace Progeny.Silo.Security;

/// <summary>A key as a proof: <c>Authorization: Bearer pgy_…</c>. Other bearer tokens are of another kind.</summary>
/// <remarks>
/// Kestrel gives the same string for a header that a connection repeats, so a key that was checked is known again by its reference: no hash
/// is computed, and nothing is allocated. On HTTP/2, whose requests of one connection run at once, each key is hashed.
/// </remarks>
internal sealed class ApiKeyProof(ApiKeyRing ring, ApiKeys keys, ApiKeyHasher hasher, IDatabaseHealth database) : ICallerProof
{
    private const string Scheme = "Bearer ";

    private static readonly object _item = new();

    public bool IsGiven(HttpContext context) =>
        context.Request.Headers.Authorization is { Count: 1 } header && header[0] is { } text
        && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && text.AsSpan(Scheme.Length).StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal);

    public bool TryCheck(HttpContext context, out CallerFinding finding)
    {
        var header = context.Request.Headers.Authorization[0]!;
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(_item, out var item) && item is CheckedKey known
            && ReferenceEquals(known.Header, header) && known.Entry.Problem is null)
        {
            known.Entry.Use();
            finding = new CallerFinding(known.Entry.Caller, null);
            return true;
        }

        var text = header.AsSpan(Scheme.Length);
        if (!ApiKeyText.IsWellFormed(text))
        {
            finding = new CallerFinding(null, "This is no key; one looks like 'pgy_', 8 characters, '_' and 43 characters.");
            return true;
        }

        if (!ring.TryFind(ApiKeyText.IdOf(text), out var entry))
        {
            finding = default;
            return false;
        }

        finding = Check(entry!, text);
        if (finding.Caller is not null && items is not null && HttpProtocol.IsHttp11(context.Request.Protocol))
            items[_item] = new CheckedKey(header, entry!);
        return true;
    }

    /// <summary>Looks for a key that another node may just have made.</summary>
    public async ValueTask<CallerFinding> CheckAsync(HttpContext context)
    {
        var text = context.Request.Headers.Authorization[0]![Scheme.Length..];
        try
        {
            if (database.Problem is { } problem)
                throw new StorageUnavailableException(problem);
            await keys.RefreshAsync(context.RequestAborted);
        }
        catch (StorageUnavailableException)
        {
            return new CallerFinding(
                null,
                "The key is not known here, and the database, which may know it, cannot be reached; ask again.") { IsUnavailable = true };
        }

        return ring.TryFind(ApiKeyText.IdOf(text), out var entry)
            ? Check(entry!, text)
            : new CallerFinding(null, "The key is not valid here: there is none of its id.");
    }

    private CallerFinding Check(ApiKeyEntry entry, ReadOnlySpan<char> text)
    {
        // The reason of a refusal is for the owner of the key only.
        if (!entry.Matches(hasher, text))
            return new CallerFinding(null, "The key is not valid here.");
        if (entry.Problem is { } problem)
            return new CallerFinding(null, problem);
        entry.Use();
        return new CallerFinding(entry.Caller, null);
    }

    private sealed record CheckedKey(string Header, ApiKeyEntry Entry);
}
