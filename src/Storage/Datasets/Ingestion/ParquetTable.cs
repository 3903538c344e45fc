using Progeny.Core.Common;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Opens the table of a Parquet file.</summary>
internal static class ParquetTable
{
    public static async Task<SourceTable> OpenAsync(DuckDbSession session, string path, CancellationToken cancellationToken)
    {
        var literal = SqlText.Literal(path);
        var rows = await session.ScalarAsync($"SELECT num_rows FROM parquet_file_metadata({literal})", cancellationToken);
        var sql = $"read_parquet({literal})";
        var columns = (await session.DescribeAsync(sql, cancellationToken))
            .Select(column => new SourceColumn(column.Name, SqlText.Name(column.Name), column.Type)).ToList();
        TableColumns.Check(columns.Count);
        return new SourceTable(FileKind.Parquet, sql, columns, [], Convert.ToInt64(rows, null), null);
    }
}
