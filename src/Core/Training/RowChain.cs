using Progeny.Core.Datasets;
using Progeny.Core.Feeds;

namespace Progeny.Core.Training;

/// <summary>The rows of a feed or file, and the logged queries behind them.</summary>
/// <param name="feed">Yields the features and the label by name.</param>
/// <param name="queries">Yields the schema's columns.</param>
/// <param name="numbered">The column that only queries have: rows of the feed have their number there. Null: there is none.</param>
internal sealed class RowChain(FeedRows feed, LoggedRows queries, string? numbered) : IFeedReader
{
    private bool behind;

    public IReadOnlyList<string> Columns { get; } = numbered is null ? feed.Columns : [.. feed.Columns, numbered];

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (!behind && await feed.ReadAsync(cancellationToken))
            return true;
        behind = true;
        return await queries.ReadAsync(cancellationToken);
    }

    public object? GetValue(int column)
    {
        if (!behind)
            return column < feed.Columns.Count ? feed.GetValue(column) : feed.Count;
        for (var i = 0; i < queries.Columns.Count; i++)
        {
            if (queries.Columns[i] == Columns[column])
                return queries.GetValue(i);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await feed.DisposeAsync();
        await queries.DisposeAsync();
    }
}
