namespace Progeny.Storage.Datasets.Lake;

/// <summary>SQL of users over datasets, the platform's own records and allowed files.</summary>
public interface ILake
{
    /// <summary>
    /// Opens a session in which a query can run: every table that it names is there, and nothing else. Times are in UTC, nothing outside of
    /// the session can be read or written, and its settings cannot be changed.
    /// </summary>
    /// <param name="sql">One SELECT. It names tables as <c>datasets.orders</c>, <c>datasets.orders@7</c>, <c>queries.flights</c>,
    /// <c>outcomes.flights</c>, <c>metrics.flights</c>; parameters are written <c>:name</c>.</param>
    /// <param name="grant">What may be read.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="LakeException">The text is not one SELECT, or it names what there is not or what may not be read; the message says
    /// what, and where.</exception>
    Task<LakeSession> OpenAsync(string sql, LakeGrant grant, CancellationToken cancellationToken);
}
