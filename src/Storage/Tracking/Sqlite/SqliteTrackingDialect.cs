using System.Text;
using System.Text.Json;
using Progeny.Core.Tracking.Search;

namespace Progeny.Storage.Tracking.Sqlite;

/// <summary>SQLite's SQL. Its LIKE knows no case, so that a pattern with case is one of GLOB.</summary>
internal sealed class SqliteTrackingDialect : TrackingDialect
{
    /// <inheritdoc/>
    public override string In(string column, string parameter) => $"{column} IN (SELECT value FROM json_each(:{parameter}))";

    /// <inheritdoc/>
    public override object List<T>(IEnumerable<T> values) => JsonSerializer.Serialize(values);

    /// <inheritdoc/>
    public override string Like(string column, string parameter, FilterOperator operation) =>
        $"{column} {(operation == FilterOperator.Like ? "GLOB" : "LIKE")} :{parameter}";

    /// <inheritdoc/>
    public override string Pattern(string pattern, FilterOperator operation)
    {
        if (operation == FilterOperator.ILike)
            return pattern;
        var glob = new StringBuilder(pattern.Length);
        foreach (var c in pattern)
        {
            _ = c switch
            {
                '%' => glob.Append('*'),
                '_' => glob.Append('?'),
                '*' or '?' or '[' => glob.Append('[').Append(c).Append(']'),
                _ => glob.Append(c),
            };
        }

        return glob.ToString();
    }

    /// <inheritdoc/>
    public override string Indexed(string column, string parameter) => $"{column} = :{parameter}";
}
