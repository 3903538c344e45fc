using System.Collections.Immutable;

namespace Progeny.Core.Security;

/// <summary>A key of the API, without its secret.</summary>
public sealed record ApiKey
{
    /// <summary>The first part of the key's text, by which it is found.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// The name that decisions and the audit log show; of the keys that are valid and have not been replaced no two have the same.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>The HMAC-SHA256 of the whole text with the node's pepper, in hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>The roles and grants.</summary>
    public required ImmutableArray<AccessEntry> Access { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>From when on it is refused; null: it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; null: it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Who revoked it.</summary>
    public string? RevokedBy { get; init; }

    /// <summary>When it was last used, to the minute; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The id of the key whose place it took; null: it was made anew.</summary>
    public string? Replaces { get; init; }

    /// <summary>Whether it is for everything.</summary>
    public bool IsAdmin => Access.Any(entry => entry.IsForAll && entry.Permissions == Permissions.All);

    /// <summary>Whether it is accepted at a time.</summary>
    public bool IsValid(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);
}
