using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Claims;
using Progeny.Core.Security;
using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>Makes callers of the claims of an issuer.</summary>
public sealed class ClaimAccess
{
    private const int MaxName = 200;
    private const int MaxShown = 80;

    private readonly ClaimOptions _options;
    private readonly FrozenDictionary<string, ImmutableArray<AccessEntry>> _roles;

    /// <param name="section">The section of the settings that <paramref name="options"/> are read from, for errors.</param>
    /// <exception cref="SettingException">A role of the issuer stands for something that is no role and no grant.</exception>
    public ClaimAccess(string section, ClaimOptions options)
    {
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[
            (nameof(options.NameClaim), options.NameClaim), (nameof(options.AccessClaim), options.AccessClaim), (
                nameof(options.RolesClaim), options.RolesClaim)])
        {
            if (string.IsNullOrWhiteSpace(value))
                throw new SettingException($"{section}:{key} is empty; it must be the name of a claim.");
        }

        _options = options;
        _roles = options.Roles.ToFrozenDictionary(
            role => role.Key,
            role => AccessSetting.Read($"{section}:{nameof(options.Roles)}:{role.Key}", role.Value),
            StringComparer.Ordinal);
    }

    /// <summary>The caller of whom an issuer claims something, or why there is none.</summary>
    /// <param name="claims">The claims of a token that was found to be the issuer's.</param>
    public CallerFinding Find(IReadOnlyCollection<Claim> claims)
    {
        var names = claims.Where(claim => claim.Type == _options.NameClaim).Select(claim => claim.Value).ToList();
        if (names is not [var name] || name.Length is 0 or > MaxName || name.Any(char.IsControl))
            return new CallerFinding(null, $"The token has no claim '{_options.NameClaim}' with one name of at most {MaxName} characters.");
        var entries = ImmutableArray.CreateBuilder<AccessEntry>();
        foreach (var claim in claims)
        {
            if (claim.Type == _options.RolesClaim && _roles.TryGetValue(claim.Value, out var mapped))
                entries.AddRange(mapped);
            if (claim.Type != _options.AccessClaim)
                continue;
            var (entry, problem) = AccessEntry.Parse(claim.Value.Length > MaxShown ? $"{claim.Value[..MaxShown]}…" : claim.Value);
            if (entry is null)
                return new CallerFinding(null, $"The claim '{_options.AccessClaim}' of the token is wrong: {problem}");
            entries.Add(entry);
        }

        return new CallerFinding(new Caller($"user:{name}", new Access([.. entries.Distinct()])), null);
    }
}
