using Progeny.Core.Tracking.Search;

namespace Progeny.Storage.Tracking.Postgres;

/// <summary>PostgreSQL's SQL. A backslash in a pattern has no meaning; an index holds the beginning of long texts only.</summary>
internal sealed class PostgresTrackingDialect : TrackingDialect
{
    /// <inheritdoc/>
    public override string In(string column, string parameter) => $"{column} = ANY (:{parameter})";

    /// <inheritdoc/>
    public override object List<T>(IEnumerable<T> values) => values.ToArray();

    /// <inheritdoc/>
    public override string Like(string column, string parameter, FilterOperator operation) =>
        $"{column} {(operation == FilterOperator.Like ? "LIKE" : "ILIKE")} :{parameter} ESCAPE ''";

    /// <inheritdoc/>
    public override string Pattern(string pattern, FilterOperator operation) => pattern;

    /// <inheritdoc/>
    public override string Indexed(string column, string parameter) =>
        $"({column} = :{parameter} AND left({column}, 200) = left(:{parameter}, 200))";
}
