using Microsoft.Extensions.Options;
using Progeny.Core.Feeds;
using Progeny.Storage.Common;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Apply.Tables;

/// <summary>The tables of feeds that batch applies may write, as the settings of the feeds say.</summary>
public sealed class FeedTables(IFeedCatalog feeds, IOptions<FeedsOptions> options)
{
    /// <summary>Opens a table.</summary>
    /// <param name="place">The feed and the table, <c>crm/scores</c> or <c>crm/public.scores</c>.</param>
    /// <param name="project">The project that writes.</param>
    /// <exception cref="FeedException">There is no such feed for the project, or its table may not be written.</exception>
    public FeedTable Open(string place, string project)
    {
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        var (name, table) = (place[..slash], place[(slash + 1)..]);
        // The catalog knows which projects may use it.
        _ = feeds.Get(name, project);
        var feed = options.Value.Feeds[name];
        if (FeedKinds.IsDuckDb(feed.Kind))
            throw new FeedException(name, "A feed of kind duckdb only reads. Write the predictions to a dataset (dataset:NAME).");
        if (feed.WriteTables is not { } allowed || !ProjectGrant.Includes(allowed, table))
        {
            throw new FeedException(
                name,
                $"Its table '{table}' may not be written; {(feed.WriteTables is { } some ? $"those that may are {some}" : "none may")}. "
                    + $"Operators name them as Feeds:{name}:WriteTables.");
        }

        var connection = feed.WriteConnectionString ?? feed.ConnectionString!;
        if (FeedKinds.IsSqlite(feed.Kind))
        {
            return table.Contains('.', StringComparison.Ordinal)
                ? throw new FeedException(name, $"'{table}' names a schema, which SQLite does not have; write the table's name alone.")
                : new SqliteFeedTable(name, connection, table);
        }

        return new PostgresFeedTable(name, connection, table, feed.Timeout);
    }
}
