namespace Progeny.Contracts.Security;

/// <summary>A key to be made.</summary>
/// <param name="Name">What decisions call who has it: letters, digits, <c>.</c>, <c>-</c>, <c>_</c> and <c>@</c>, at most 60.</param>
/// <param name="Allow">Roles and grants, each <c>name</c> (for all projects) or <c>name:project</c>.</param>
/// <param name="ExpiresAt">From when on it is refused; left out: it does not expire.</param>
public sealed record ApiKeyRequest(string? Name, IReadOnlyList<string?>? Allow, DateTimeOffset? ExpiresAt = null);
