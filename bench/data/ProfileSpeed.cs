using System.Globalization;
using DuckDB.NET.Data;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Data.Bench;

/// <summary>The profile of a wide table, beside DuckDB's SUMMARIZE.</summary>
internal static class ProfileSpeed
{
    public static async Task RunAsync(DataNode node, BenchSettings settings)
    {
        var rows = settings.Rows ?? 300_000;
        var columns = Enumerable.Range(0, settings.Columns).Select(i => (i % 4) switch
        {
            0 => $"CAST(hash(i + {i}) % 1000 AS BIGINT) AS c{i}",
            1 => $"(hash(i * 7 + {i}) % 1000000) / 64.0 AS c{i}",
            2 => $"'value ' || (hash(i * 3 + {i}) % 5000) AS c{i}",
            _ => $"CASE WHEN hash(i + {i}) % 3 > 0 THEN TIMESTAMP '2026-01-01' + to_seconds(CAST(hash(i) % 10000000 AS BIGINT)) END AS c{i}",
        });
        var path = await node.WriteAsync(
            "profile.parquet",
            string.Create(CultureInfo.InvariantCulture, $"SELECT {string.Join(", ", columns)} FROM range({rows}) AS r(i)"),
            "FORMAT parquet");
        var version = await IngestSpeed.PutAsync(node, path);
        Usage.ForgetPeak();
        var own = await Usage.OfAsync(() => node.Services.GetRequiredService<IDatasetReader>().ProfileAsync(version, default));
        Usage.Print("profile.seconds", own.Wall.TotalSeconds);
        Usage.Print("profile.processor-seconds", own.Processor.TotalSeconds);
        Usage.Print("profile.peak-mebibytes", Usage.PeakMebibytes());
        var other = await Usage.OfAsync(() => Task.Run(() =>
        {
            using var connection = new DuckDBConnection("DataSource=:memory:");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"SET threads = 1; SUMMARIZE SELECT * FROM read_parquet('{path}')";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
            }
        }));
        Usage.Print("profile.ratio-wall", other.Wall / own.Wall);
        Usage.Print("profile.ratio-processor", other.Processor / own.Processor);
    }
}
