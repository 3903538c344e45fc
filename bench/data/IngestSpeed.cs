using DuckDB.NET.Data;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Data.Bench;

/// <summary>Files that are put, end to end, beside DuckDB alone, which writes the same file as Parquet.</summary>
internal static class IngestSpeed
{
    private static int number;

    public static async Task RunAsync(DataNode node, BenchSettings settings)
    {
        var rows = settings.Rows ?? 1_000_000;
        var sql = $"SELECT *, 'customer ' || (f9 % 997) AS customer, (f8 % 12 + 1) || '/' || (f9 % 28 + 1) || '/2026' AS code FROM ({DataNode.RowsSql(rows)})";
        foreach (var (name, options, read) in new[]
        {
            ("csv", "FORMAT csv, HEADER", "read_csv"), ("ndjson", "FORMAT json", "read_json"), ("parquet", "FORMAT parquet", "read_parquet"),
        })
        {
            var path = await node.WriteAsync($"ingest.{name}", sql, options);
            Usage.ForgetPeak();
            await Usage.CompareAsync(
                $"ingest.{name}.mebibytes", new FileInfo(path).Length / 1048576.0, settings.Rounds, () => PutAsync(node, path), () => ConvertAsync(node, path, read));
            Usage.Print($"ingest.{name}.peak-mebibytes", Usage.PeakMebibytes());
        }
    }

    /// <summary>Puts a file into a dataset of its own.</summary>
    public static Task<DatasetVersion> PutAsync(DataNode node, string path) =>
        node.Services.GetRequiredService<IDatasetIngestion>().IngestAsync(
            new IngestRequest
            {
                Dataset = $"bench-{++number}", Path = path, FileName = Path.GetFileName(path), Origin = "put", By = "bench",
            },
            default);

    private static Task ConvertAsync(DataNode node, string path, string read) => Task.Run(() =>
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SET threads = 1; SET memory_limit = '1GB'; COPY (SELECT * FROM {read}('{path}')) TO '{node.PathOf("other.parquet")}' "
            + "(FORMAT parquet, COMPRESSION zstd)";
        command.ExecuteNonQuery();
    });
}
