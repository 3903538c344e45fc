using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Views;

namespace Progeny.Core.Releases;

/// <summary>
/// Checks of a manifest's views that need their feeds: columns, keys and kinds of times, beside the kind of the source's ordinal. What a
/// feed does not answer now is checked when it is read.
/// </summary>
public sealed class ViewProbe(IFeedCatalog feeds)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Everything that is wrong with the views, as far as their feeds tell.</summary>
    /// <param name="manifest">The manifest that <paramref name="yaml"/> says.</param>
    /// <param name="yaml">The text of the manifest, for the places of the errors.</param>
    public async Task<IReadOnlyList<ManifestError>> CheckAsync(Manifest manifest, string? yaml = null)
    {
        List<(string Path, string Message)> found = [];
        using var late = new CancellationTokenSource(Limit);
        var ordinal = await AnswerAsync(() => OrdinalAsync(manifest, found, late.Token));
        for (var i = 0; i < manifest.Views.Count; i++)
        {
            var view = manifest.Views[i];
            try
            {
                var sample = await AnswerAsync(
                    async () => (await ViewSql.OpenAsync(feeds.Get(view.Feed, manifest.Name), view, late.Token)).Sample);
                if (sample is { } known && ordinal is { } row && known.IsTime != row.IsTime && manifest.JoinedViews.Contains(view))
                {
                    throw ViewException.OtherKind(
                        view, $"source.ordinal '{manifest.Source!.Ordinal}'", row, $"known_at '{view.KnownAt}'", known);
                }
            }
            catch (ViewException exception)
            {
                found.Add(($"views[{i}]", exception.Message));
            }
        }

        return ManifestPlaces.Locate(found, yaml);
    }

    private async Task<Moment?> OrdinalAsync(
        Manifest manifest, List<(string Path, string Message)> found, CancellationToken cancellationToken)
    {
        if (manifest.Source is not { Feed: { } name, Query: { } query, Ordinal: { } ordinal } || !manifest.JoinedViews.Any())
            return null;
        var column = $"source.{SqlText.Name(ordinal)}";
        await using var rows = await feeds.Get(name, manifest.Name).ReadAsync(
            $"SELECT {column} FROM (\n{query.TrimEnd().TrimEnd(';')}\n) AS source WHERE {column} IS NOT NULL LIMIT 1",
            new Dictionary<string, object?>(),
            cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return null;
        var value = rows.GetValue(0)!;
        if (Moment.Read(value) is { } moment)
            return moment;
        found.Add((
            "source.ordinal",
            $"has {ValueText.Of(value)}, as of which no view can be joined (source.as_of); {Moment.Right}, would be right in every row"));
        return null;
    }

    private static async Task<Moment?> AnswerAsync(Func<Task<Moment?>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is FeedException or OperationCanceledException)
        {
            return null;
        }
    }
}
