using System.Collections.Immutable;
using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.Rollouts;
using Progeny.Core.Security;

namespace Progeny.Core.Releases;

/// <summary>Checks that somebody who publishes a manifest may have the nodes do what it says.</summary>
public static class PublisherChecks
{
    /// <summary>What the publisher may not release, and what it takes; null: nothing.</summary>
    public static string? Problem(Manifest manifest, Publisher publisher)
    {
        var access = new Access([.. publisher.Access.Select(text => AccessEntry.Parse(text).Entry).OfType<AccessEntry>()]);
        List<string> missing = [.. Needs(manifest)
            .Where(need => !access.Allows(need.Permission, need.Project))
            .Select(need => $"'{need.Path}' takes {string.Join(" and ", AccessNames.Needed(need.Permission))} for '{need.Project}'")
            .Distinct(StringComparer.Ordinal)];
        return missing.Count == 0 ? null : $"'{publisher.Name}' may not release this manifest: {string.Join("; ", missing)}.";
    }

    private static IEnumerable<(string Path, Permissions Permission, string Project)> Needs(Manifest manifest)
    {
        var own = manifest.Name;
        if (manifest.Pipeline.Command is not null)
            yield return ("pipeline.command", Permissions.RunPrograms, own);
        foreach (var use in manifest.Feeds)
            yield return (use.Path, Permissions.UseFeeds, own);
        foreach (var (path, _) in manifest.Webhooks)
            yield return (path, Permissions.UseWebhooks, own);

        foreach (var (key, names) in new[] { ("arms", manifest.Serving.Rollout.Arms), ("fallback", manifest.Serving.Rollout.Fallback) })
        {
            foreach (var lender in Lenders(names, own))
                yield return ($"serving.rollout.{key}", Permissions.LendGenerations, lender);
        }
    }

    private static IEnumerable<string> Lenders(ImmutableArray<string> names, string own) =>
        names.Select(name => ArmNaming.Read(name, own)?.Project).OfType<string>().Where(project => project != own);
}
