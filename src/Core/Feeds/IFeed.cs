namespace Progeny.Core.Feeds;

/// <summary>A named source of rows: a SQL database that an operator configured, or the CSV file of a package.</summary>
public interface IFeed
{
    string Name { get; }

    /// <summary>Runs a query and streams its rows; memory does not grow with their number.</summary>
    /// <param name="sql">One SELECT. Parameters are named <c>:name</c>.</param>
    /// <param name="parameters">Values by parameter name, without the colon: string, long, double, bool or null.</param>
    /// <exception cref="FeedException">The feed cannot be reached or refuses the query; the message names the feed and says
    /// why.</exception>
    Task<IFeedReader> ReadAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a query once for each of many sets of parameters in one round trip and returns, in their order, the first row of each or
    /// null where there is none; values in the order of <paramref name="columns"/>.
    /// </summary>
    /// <exception cref="FeedException">As for <see cref="ReadAsync"/>, and where a column is not among the query's.</exception>
    Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken);
}
