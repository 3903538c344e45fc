using System.Globalization;
using System.Text;
using System.Text.Json;
using Progeny.Core.Common;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>The text of a query of the lake, seen as far as it must be: which tables and functions it names.</summary>
internal static class LakeSql
{
    /// <summary>The longest query, in characters.</summary>
    public const int MaxLength = 1 << 20;

    private const string Datasets = "datasets";

    private const string Limits =
        """
        CREATE MACRO repeat(t, n) AS CASE WHEN CAST(n AS DOUBLE) * length(CAST(t AS VARCHAR)) > 65536
            THEN error('repeat makes more than 65536 characters') ELSE system.main.repeat(CAST(t AS VARCHAR), CAST(n AS BIGINT)) END;
        CREATE MACRO lpad(t, n, p) AS CASE WHEN n > 65536
            THEN error('lpad makes more than 65536 characters') ELSE system.main.lpad(t, n, p) END;
        CREATE MACRO rpad(t, n, p) AS CASE WHEN n > 65536
            THEN error('rpad makes more than 65536 characters') ELSE system.main.rpad(t, n, p) END;
        """;

    // Deeper than DuckDB's parser goes.
    private const int MaxDepth = 1 << 16;

    private static readonly JsonDocumentOptions _json = new() { MaxDepth = MaxDepth };

    /// <summary>Writes <c>datasets.orders@7</c> as DuckDB can read it: <c>"datasets@7".orders</c>.</summary>
    /// <exception cref="FormatException">A quotation or comment does not end.</exception>
    public static string RewriteVersions(string sql)
    {
        var result = new StringBuilder(sql.Length + 16);
        // Where the last three tokens start that stand beside each other.
        Span<(int Start, int End)> last = [default, default, default];
        var copied = 0;
        for (var i = SqlScanner.SkipSpace(sql, 0, SqlDialect.DuckDb); i < sql.Length; i = SqlScanner.SkipSpace(sql, i, SqlDialect.DuckDb))
        {
            var next = SqlScanner.SkipToken(sql, i, SqlDialect.DuckDb);
            if (sql[i] == '@' && i > 0 && last[2].End == i && sql[last[1].Start..last[1].End] == "."
                && Unquote(sql[last[0].Start..last[0].End]).Equals(Datasets, StringComparison.OrdinalIgnoreCase)
                && next < sql.Length && char.IsAsciiDigit(sql[next]))
            {
                var end = next;
                while (end < sql.Length && char.IsAsciiDigit(sql[end]))
                    end++;
                result.Append(sql, copied, last[0].Start - copied)
                    .Append(CultureInfo.InvariantCulture, $"\"{Datasets}@{sql.AsSpan(next, end - next)}\".")
                    .Append(sql, last[2].Start, i - last[2].Start);
                copied = next = end;
            }

            (last[0], last[1], last[2]) = (last[1], last[2], (i, next));
            i = next;
        }

        return result.Append(sql, copied, sql.Length - copied).ToString();
    }

    /// <summary>The SQL whose value is the tree that DuckDB's parser makes of a query.</summary>
    /// <exception cref="FormatException">The text is not one reading statement.</exception>
    /// <exception cref="LakeException">The query is too long.</exception>
    public static string Serialize(string sql) => sql.Length > MaxLength
        ? throw new LakeException($"The query has {sql.Length} characters; at most {MaxLength} are allowed.")
        : $"SELECT json_serialize_sql({SqlText.Literal(SqlQuery.Parse(sql, SqlDialect.DuckDb).ToPositional())})::VARCHAR";

    /// <summary>
    /// The statements that bound what makes much of little: DuckDB counts the memory of such a text only when it is there.
    /// </summary>
    public static Task LimitAsync(DuckDbSession session, CancellationToken cancellationToken) =>
        session.ExecuteAsync(Limits, cancellationToken);

    /// <summary>Reads what DuckDB's own parser makes of a query (<c>json_serialize_sql</c>).</summary>
    /// <exception cref="LakeException">It is no query, or names functions that are not allowed.</exception>
    public static IReadOnlyList<LakeReference> Read(string serialized, string sql)
    {
        using var document = JsonDocument.Parse(serialized, _json);
        var root = document.RootElement;
        if (root.GetProperty("error").GetBoolean())
            throw new LakeException(Problem(root, sql));
        var found = new LakeNames(sql);
        found.Read(root.GetProperty("statements"));
        return found.Tables();
    }

    private static string Problem(JsonElement root, string sql)
    {
        var message = root.GetProperty("error_message").GetString()!.TrimEnd('.');
        var place = root.TryGetProperty("position", out var position)
            && int.TryParse(position.GetString(), CultureInfo.InvariantCulture, out var at)
                ? $" ({SqlScanner.Place(sql, Math.Clamp(at, 0, sql.Length))})"
                : "";
        return message.StartsWith("Only SELECT", StringComparison.Ordinal)
            ? "The query is not one SELECT; the lake only reads. A PIVOT needs its columns named: PIVOT … IN (…)."
            : $"DuckDB says: {message}{place}.";
    }

    private static string Unquote(string name) =>
        name is ['"', .., '"'] ? name[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : name;
}
