using Progeny.Contracts.Security;
using Progeny.Core.Security;

namespace Progeny.Gateway.Security;

internal static class ApiKeyViews
{
    /// <summary>A key as the API shows it.</summary>
    /// <param name="all">The keys among which is the one that took its place.</param>
    public static ApiKeyView ToView(this ApiKey key, IReadOnlyList<ApiKey> all, DateTimeOffset now)
    {
        var successor = all.FirstOrDefault(other => other.Replaces == key.Id)?.Id;
        var status = key switch
        {
            { RevokedAt: not null } => ApiKeyStatus.Revoked,
            _ when !key.IsValid(now) => ApiKeyStatus.Expired,
            _ => successor is null ? ApiKeyStatus.Valid : ApiKeyStatus.Replaced,
        };
        return new ApiKeyView(
            key.Id,
            key.Name,
            status,
            [.. key.Access.Select(entry => entry.ToString())],
            key.CreatedAt,
            key.CreatedBy,
            key.ExpiresAt,
            key.RevokedAt,
            key.RevokedBy,
            key.LastUsedAt,
            key.Replaces,
            successor);
    }
}
