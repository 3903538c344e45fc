using Progeny.Core.Alerts;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;

namespace Progeny.Core.Releases;

/// <summary>Checks that a manifest names only what an operator lets its project use: feeds, webhooks and programs.</summary>
public sealed class ManifestGrants(IFeedCatalog feeds, IWebhooks webhooks, IProgramGrants programs)
{
    /// <summary>Everything that the manifest names and its project may not use.</summary>
    /// <param name="manifest">The manifest that <paramref name="yaml"/> says.</param>
    /// <param name="yaml">The text of the manifest, for the places of the errors.</param>
    public IReadOnlyList<ManifestError> Check(Manifest manifest, string yaml)
    {
        var found = new List<(string Path, string Message)>();
        foreach (var use in manifest.Feeds)
        {
            if (feeds.Refusal(use.Feed, manifest.Name) is { } problem)
                found.Add((use.Path, problem));
        }

        foreach (var (path, webhook) in manifest.Webhooks)
        {
            if (webhooks.Refusal(webhook, manifest.Name) is { } problem)
                found.Add((path, problem));
        }

        if (manifest.Pipeline.Command is [var program, ..] && programs.Refusal(program) is { } refusal)
            found.Add(("pipeline.command", refusal));
        return ManifestPlaces.Locate(found, yaml);
    }
}
