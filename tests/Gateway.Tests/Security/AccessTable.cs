using System.Numerics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Progeny.Core.Security;

namespace Progeny.Gateway.Tests.Security;

/// <summary>The table of docs/security.md, «Endpoints and roles»: what each endpoint takes.</summary>
internal static partial class AccessTable
{
    private const string Everybody = "everybody";
    private const string AnyCaller = "any caller";

    /// <summary>The rows of the table as they are written.</summary>
    public static IReadOnlyList<AccessRow> Read()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orleans.sln")))
            folder = Path.GetDirectoryName(folder)!;
        var text = File.ReadAllText(Path.Combine(folder, "docs", "security.md"));
        var begin = text.IndexOf("## Endpoints and roles", StringComparison.Ordinal);
        var end = text.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);
        return [.. Row().Matches(text[begin..end]).Select(match => new AccessRow(
            match.Groups["method"].Value,
            match.Groups["path"].Value,
            match.Groups["permissions"].Value,
            match.Groups["who"].Value,
            match.Groups["scope"].Value))];
    }

    /// <summary>The rows that an endpoint should have, one for each method.</summary>
    public static IEnumerable<AccessRow> RowsOf(RouteEndpoint endpoint)
    {
        var required = endpoint.Metadata.GetMetadata<RequiredAccess>()!;
        var path = endpoint.RoutePattern.RawText!;
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["any"];
        return methods.Select(method => new AccessRow(
            method,
            path.Length > 1 ? $"/{Digest().Replace(path.Trim('/'), "-{digest}.")}" : path,
            required.IsForEverybody ? Everybody : required.Permissions == Permissions.None ? AnyCaller : required.Permissions.ToString(),
            required.IsForEverybody ? "–" : WhoHas(required.Permissions),
            required.IsForEverybody ? "–" : required.Scope.ToString().ToLowerInvariant()));
    }

    /// <summary>The least role that has permissions, and the grants that give them besides.</summary>
    public static string WhoHas(Permissions permissions)
    {
        if (permissions == Permissions.None)
            return "any";
        var grants = AccessNames.Grants.Where(grant => permissions.HasFlag(grant.Value)).ToList();
        var rest = grants.Aggregate(permissions, (left, grant) => left & ~grant.Value);
        List<string> parts = [
            .. rest == Permissions.None ? [] : new[] { LeastRole(rest) },
            .. grants.Select(grant => $"grant {grant.Key}").Order(StringComparer.Ordinal),
        ];
        return grants.Count == 0 ? LeastRole(permissions) : $"{LeastRole(permissions)}, or {string.Join(" and ", parts)}";
    }

    private static string LeastRole(Permissions permissions) =>
        AccessNames.Roles.Where(role => role.Value.HasFlag(permissions)).MinBy(role => BitOperations.PopCount((uint)role.Value)).Key;

    [GeneratedRegex(@"-[0-9a-f]{10}\.", RegexOptions.NonBacktracking)]
    private static partial Regex Digest();

    [GeneratedRegex(
        @"^\| `(?<method>[A-Za-z]+)` \| `(?<path>[^`]+)` \| (?<permissions>[^|]+?) \| (?<who>[^|]+?) \| (?<scope>[^|]+?) \|\r?$",
        RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
