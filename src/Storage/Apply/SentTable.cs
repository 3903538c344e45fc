using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Apply;

/// <summary>
/// A file of text that was sent, as a table. Types are those that all its rows allow; categories and texts of the project stay as they are
/// written.
/// </summary>
internal sealed class SentTable(DuckDbSession session, string path, FileFormat format, QuerySchema schema)
{
    /// <summary>Writes the rows into a Parquet file.</summary>
    /// <returns>The file, the list of lines that are no rows, as NDJSON, and their number.</returns>
    public async Task<(string Path, string BrokenPath, long Broken)> ConvertAsync(string folder, CancellationToken cancellationToken)
    {
        var (parquet, broken) = (Path.Combine(folder, "sent.parquet"), Path.Combine(folder, "broken.ndjson"));
        var source = format.IsJson ? await JsonAsync(cancellationToken) : await CsvAsync(cancellationToken);
        await session.WriteParquetAsync($"SELECT * FROM {source}", parquet, DuckDbSession.QuickParquet, cancellationToken);
        if (format.IsJson)
            return (parquet, broken, 0);
        var count = (long)(await session.ScalarAsync("SELECT count(DISTINCT line) FROM reject_errors", cancellationToken))!;
        if (count > 0)
        {
            await session.ExecuteAsync(
                $"""
                COPY (
                    SELECT NULL AS row, line, string_agg(error_message, '; ') AS reason FROM reject_errors GROUP BY line ORDER BY line
                ) TO {SqlText.Literal(broken)} (FORMAT json)
                """,
                cancellationToken);
        }

        return (parquet, broken, count);
    }

    private async Task<string> CsvAsync(CancellationToken cancellationToken)
    {
        var settings = format.Name == "TSV" ? ", delim = '\t'" : "";
        var source = $"read_csv({SqlText.Literal(path)}, sample_size = -1{settings}, store_rejects = true, rejects_limit = 0";
        var columns = await session.DescribeAsync($"{source})", cancellationToken);
        var texts = columns.Where(column => IsText(column.Name) || !IsPlain(column.Type))
            .Select(column => $"{SqlText.Literal(column.Name)}: 'VARCHAR'").ToList();
        return texts.Count == 0 ? $"{source})" : $"{source}, types = {{{string.Join(", ", texts)}}})";
    }

    private async Task<string> JsonAsync(CancellationToken cancellationToken)
    {
        var source = $"read_json({SqlText.Literal(path)}, sample_size = -1, maximum_depth = 2";
        var columns = await session.DescribeAsync($"{source})", cancellationToken);
        var list = columns.Select(column =>
            $"{SqlText.Literal(column.Name)}: '{(IsText(column.Name) || !IsPlain(column.Type) ? "VARCHAR" : column.Type)}'");
        return $"{source}, columns = {{{string.Join(", ", list)}}})";
    }

    private bool IsText(string name) => schema.IndexOf(name) is >= 0 and var field && field < schema.Features.Count
        && schema.Features[field].Type is FeatureType.Category or FeatureType.Text;

    /// <summary>Whether values of a type come out as they went in; dates, for one, may be written in many ways.</summary>
    private static bool IsPlain(string type) => type is "BIGINT" or "DOUBLE" or "BOOLEAN" or "VARCHAR" or "UBIGINT";
}
