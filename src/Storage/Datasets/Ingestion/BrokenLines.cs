using Progeny.Core.Common;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>The lines of a CSV file that are no rows, which DuckDB keeps beside the table that it reads.</summary>
internal static class BrokenLines
{
    /// <summary>Options of <c>read_csv</c> for which lines that are no rows are left out and kept in <c>reject_errors</c>.</summary>
    public const string Options = "store_rejects = true, rejects_limit = 0";

    /// <summary>Writes them as lines of JSON: <c>row</c> is null, <c>line</c> and <c>reason</c> say which and why.</summary>
    /// <remarks>Each reading of the file kept them once more.</remarks>
    public static async Task<ReadTable> AddAsync(
        DuckDbSession session, ReadTable table, string path, CancellationToken cancellationToken)
    {
        var count = (long)(await session.ScalarAsync("SELECT count(DISTINCT line) FROM reject_errors", cancellationToken))!;
        if (count == 0)
            return table;
        await session.ExecuteAsync(
            $"""
            COPY (
                SELECT NULL AS row, line, string_agg(DISTINCT error_message, '; ' ORDER BY error_message) AS reason
                FROM reject_errors GROUP BY line ORDER BY line
            ) TO {SqlText.Literal(path)} (FORMAT json)
            """,
            cancellationToken);
        return table with { Broken = path, BrokenLines = count };
    }
}
