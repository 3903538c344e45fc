using Progeny.Core.Feeds;

namespace Progeny.Storage.Apply.Tables;

/// <summary>A table of a feed that jobs write predictions into, chunk by chunk.</summary>
/// <param name="feed">The name of the feed.</param>
/// <param name="table">The name of the table, with that of its schema where it was given.</param>
/// <remarks>
/// The number of a chunk is written in the transaction of its rows, into the table <see cref="Ledger"/> beside it. So each chunk is there
/// as a whole and once, also when the node, or the connection, breaks in the middle, and nobody knows whether the database has it.
/// </remarks>
public abstract class FeedTable(string feed, string table)
{
    /// <summary>The table that says which chunks of which jobs are written.</summary>
    public const string Ledger = "progeny_applied";

    /// <summary>The feed's name.</summary>
    protected string Feed => feed;

    /// <summary>The table's name, with that of its schema where it was given.</summary>
    protected string Table => table;

    /// <summary>Checks that the database answers, and lets tables be written.</summary>
    /// <exception cref="FeedException">It does not.</exception>
    public abstract Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Makes the table where there is none, and checks that it has all columns.</summary>
    /// <exception cref="FeedException">It lacks some, or cannot be made.</exception>
    public abstract Task PrepareAsync(IReadOnlyList<FeedTableColumn> columns, CancellationToken cancellationToken);

    /// <summary>Writes the rows of a Parquet file, unless they were written before.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="job">The id of the job.</param>
    /// <param name="chunk">The number of the chunk.</param>
    /// <param name="columns">The columns of the rows.</param>
    /// <param name="cancellationToken">Ends the writing; nothing of the chunk is there then.</param>
    /// <returns>False: they were.</returns>
    /// <exception cref="FeedException">They cannot be written; asked again, they are written once all the same.</exception>
    public abstract Task<bool> WriteAsync(
        DuckDbRows rows, string job, int chunk, IReadOnlyList<FeedTableColumn> columns, CancellationToken cancellationToken);

    /// <summary>Checks that a table which is there has all columns.</summary>
    protected void CheckColumns(IReadOnlyCollection<string> existing, IReadOnlyList<FeedTableColumn> columns, StringComparer comparer)
    {
        var missing = columns.Select(column => column.Name).Where(name => !existing.Contains(name, comparer)).ToList();
        if (missing.Count > 0)
            throw new FeedException(
                feed,
                $"The table {table} has no column {string.Join(", ", missing)}; it has {string.Join(", ", existing)}. Add what is missing, "
                    + "keep fewer columns (keep), or name another table.");
    }
}
