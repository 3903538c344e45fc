using System.Collections.Frozen;
using System.Numerics;

namespace Progeny.Core.Security;

/// <summary>The roles, and the grants that widen a role: names that people write for sets of <see cref="Permissions"/>.</summary>
public static class AccessNames
{
    private const Permissions Viewer = Permissions.Read;
    private const Permissions Developer = Viewer | Permissions.ReadData | Permissions.Predict | Permissions.ChooseVersion
        | Permissions.ReportOutcomes
        | Permissions.Develop;

    private const Permissions Operator = Developer | Permissions.Operate | Permissions.ReadNodes;

    /// <summary>The permissions of each role.</summary>
    public static FrozenDictionary<string, Permissions> Roles { get; } = new Dictionary<string, Permissions>(StringComparer.Ordinal)
    {
        ["viewer"] = Viewer,
        ["predictor"] = Permissions.Predict,
        ["developer"] = Developer,
        ["operator"] = Operator,
        ["admin"] = Permissions.All,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The permissions of each grant.</summary>
    public static FrozenDictionary<string, Permissions> Grants { get; } = new Dictionary<string, Permissions>(StringComparer.Ordinal)
    {
        ["data"] = Permissions.ReadData,
        ["outcomes"] = Permissions.ReportOutcomes,
        ["version"] = Permissions.ChooseVersion,
        ["programs"] = Permissions.RunPrograms,
        ["feeds"] = Permissions.UseFeeds,
        ["webhooks"] = Permissions.UseWebhooks,
        ["lend"] = Permissions.LendGenerations,
        ["metrics"] = Permissions.ReadNodes,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>For each permission the least role and the grant that have it, in words for who lacks it.</summary>
    public static IEnumerable<string> Needed(Permissions permissions) => Enum.GetValues<Permissions>()
        .Where(permission => permission is not (Permissions.None or Permissions.All) && permissions.HasFlag(permission))
        .Select(permission =>
        {
            var role = Roles.Where(each => each.Value.HasFlag(permission)).MinBy(each => BitOperations.PopCount((uint)each.Value)).Key;
            var grant = Grants.FirstOrDefault(each => each.Value == permission).Key;
            return $"the role {role}{(grant is null ? "" : $" or the grant {grant}")}";
        });

    /// <summary>The permissions of a role or a grant; null: there is none of the name.</summary>
    public static Permissions? Find(string name) =>
        Roles.TryGetValue(name, out var role) ? role : Grants.TryGetValue(name, out var grant) ? grant : null;
}
