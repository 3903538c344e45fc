namespace Progeny.Contracts.Security;

/// <summary>A key of the API, without its secret.</summary>
/// <param name="Id">The first part of its text, by which it is found.</param>
/// <param name="Name">What decisions call who has it.</param>
/// <param name="Status">Whether it is accepted.</param>
/// <param name="Allow">Its roles and grants, each <c>name:project</c>; <c>*</c> stands for all projects.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="ExpiresAt">From when on it is refused; left out: it does not expire.</param>
/// <param name="RevokedAt">When it was revoked.</param>
/// <param name="RevokedBy">By whom.</param>
/// <param name="LastUsedAt">When it was last used, to the minute.</param>
/// <param name="Replaces">The id of the key whose place it took.</param>
/// <param name="ReplacedBy">The id of the key that took its place.</param>
public sealed record ApiKeyView(
    string Id,
    string Name,
    ApiKeyStatus Status,
    IReadOnlyList<string> Allow,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    string? RevokedBy,
    DateTimeOffset? LastUsedAt,
    string? Replaces,
    string? ReplacedBy);
