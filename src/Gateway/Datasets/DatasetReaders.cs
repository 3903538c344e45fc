using System.Text.RegularExpressions;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;

namespace Progeny.Gateway.Datasets;

/// <summary>The projects that read a dataset: in the SQL of their newest release, or of that of their champion.</summary>
internal sealed class DatasetReaders(IClusterClient cluster)
{
    /// <summary>Their names, in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(string dataset)
    {
        var mention = new Regex(
            $"""(?<![\w."])"?datasets"?\s*\.\s*"?{Regex.Escape(dataset)}(?![\w-])""",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(1));
        var names = await cluster.GetGrain<IRosterGrain>(IRosterGrain.Key).List();
        var reading = await Task.WhenAll(names.Select(async name => (name, Reads: await ReadsAsync(name, mention))));
        return [.. reading.Where(project => project.Reads).Select(project => project.name)];
    }

    private async Task<bool> ReadsAsync(string name, Regex mention)
    {
        if (await cluster.GetGrain<IProjectGrain>(name).Get() is not { } project)
            return false;
        foreach (var version in new[] { project.Releases.LastOrDefault(), project.Champion?.Release }.OfType<string>().Distinct())
        {
            if (await cluster.GetGrain<IReleaseGrain>($"{name}@{version}").Get() is { } release
                && ManifestCache.Of(release).Feeds.Any(use => mention.IsMatch(use.Query)))
                return true;
        }

        return false;
    }
}
