using Progeny.Core.Feeds;
using Progeny.Core.Manifests;

namespace Progeny.Core.Views;

/// <summary>Joins the views that a source names to its rows.</summary>
/// <param name="feeds">Where the views are read.</param>
/// <param name="manifest">A project with a source.</param>
/// <param name="maxBytes">The most memory that the newest values of a view's entities may take.</param>
/// <param name="ages">Takes the times of the newest values; null: nobody wants them.</param>
internal sealed class AsOfJoin(IFeedCatalog feeds, Manifest manifest, long maxBytes, ViewAges? ages, TimeProvider time)
{
    /// <summary>The rows with the features of the views; the rows themselves where there are none to join.</summary>
    /// <param name="rows">In the order of the ordinal; they are disposed with the result.</param>
    /// <exception cref="FeedException">A feed does not answer, or a query is wrong.</exception>
    /// <exception cref="ViewException">A view yields what cannot be joined.</exception>
    public async Task<IFeedReader> JoinAsync(IFeedReader rows, CancellationToken cancellationToken)
    {
        List<ViewHistory> histories = [];
        try
        {
            foreach (var view in manifest.JoinedViews)
            {
                Action<DateTimeOffset>? record = ages is null ? null : known => ages.Record(manifest.Name, view.Name, known);
                histories.Add(await ViewHistory.OpenAsync(
                    feeds.Get(view.Feed, manifest.Name), view, maxBytes, record, time.GetUtcNow(), cancellationToken));
            }

            return histories.Count == 0 ? rows : new AsOfRows(rows, manifest.Source!.Ordinal!, histories);
        }
        catch
        {
            foreach (var history in histories)
                await history.DisposeAsync();
            await rows.DisposeAsync();
            throw;
        }
    }
}
