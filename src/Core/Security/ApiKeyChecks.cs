using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Progeny.Core.Security;

/// <summary>What a key may be called and be for.</summary>
public static partial class ApiKeyChecks
{
    /// <summary>The most roles and grants of a key.</summary>
    public const int MaxEntries = 200;

    private const int MatchTimeoutMilliseconds = 1000;

    /// <summary>The name of a key as a request writes it.</summary>
    /// <exception cref="ApiKeyException">It is none.</exception>
    public static string ReadName(string? name) => name is not null && Name().IsMatch(name) ? name : throw new ApiKeyException(
        ApiKeyError.Invalid,
        "The name of a key begins with a letter or digit and has letters, digits, '.', '-', '_' and '@', at most 60.");

    /// <summary>The roles and grants as a request writes them.</summary>
    /// <exception cref="ApiKeyException">One is wrong, or there is none.</exception>
    public static ImmutableArray<AccessEntry> ReadAccess(IEnumerable<string?>? texts)
    {
        List<string?> all = [.. texts ?? []];
        if (all.Count is 0 or > MaxEntries)
        {
            throw new ApiKeyException(ApiKeyError.Invalid, all.Count == 0
                ? "A key needs at least one role or grant, such as 'developer:flights' or 'viewer' (for all projects)."
                : $"A key has at most {MaxEntries} roles and grants, not {all.Count}.");
        }

        return [.. all.Select(ReadEntry).Distinct()];
    }

    private static AccessEntry ReadEntry(string? text)
    {
        var (entry, problem) = AccessEntry.Parse(text ?? "");
        if (entry is { IsForAll: false } && !Project().IsMatch(entry.Project))
            problem = $"'{text}' is for no project that could be; a name begins with a small letter and has small letters, digits, '-' "
                + "and '_', at most 63.";
        return problem is null ? entry! : throw new ApiKeyException(ApiKeyError.Invalid, problem);
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._@-]{0,59}\z", RegexOptions.CultureInvariant, MatchTimeoutMilliseconds)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant, MatchTimeoutMilliseconds)]
    private static partial Regex Project();
}
