using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Common;
using Progeny.Core.Releases;
using Progeny.Storage.Datasets;

namespace Progeny.Data.Bench;

/// <summary>The bits of a batch apply beside those of online answers; any that differs ends the benchmark.</summary>
internal static class ApplyParity
{
    private const int RequestRows = 1_000;

    public static async Task RunAsync(DataNode node, BenchSettings settings)
    {
        var rows = settings.Rows ?? 100_000;
        var path = await node.WriteAsync("parity.parquet", DataNode.RowsSql(rows), "FORMAT parquet");
        using var arm = node.LoadArm();
        var report = await node.ApplyAsync(arm, await node.KeepAsync(path));
        await using (var stream = await node.Services.GetRequiredService<IArtifactStore>().OpenAsync(report.File!, default))
        await using (var file = File.Create(node.PathOf("parity.out.parquet")))
            await stream.CopyToAsync(file);
        await using var session = node.Services.GetRequiredService<DuckDbEngine>()
            .Open(new DuckDbAccess([node.PathOf("parity.out.parquet")], []));
        var table = $"read_parquet({SqlText.Literal(node.PathOf("parity.out.parquet"))})";
        var (compared, other) = (0, 0);
        for (var first = 1; first <= rows; first += RequestRows)
        {
            var applied = await session.QueryAsync(
                $"SELECT to_json(t), probability_1, prediction FROM {table} AS t WHERE row_number BETWEEN {first} AND {first + RequestRows - 1} "
                    + "ORDER BY row_number",
                row => (Row: JsonNode.Parse(row.GetString(0))!.AsObject(), Score: row.GetFloat(1), Label: row.GetString(2)),
                default);
            foreach (var (row, _, _) in applied)
            {
                foreach (var name in row.Select(field => field.Key).Where(name => name[0] != 'f').ToList())
                    row.Remove(name);
            }

            var answer = await DataNode.ReadAsync(await node.Http.PostAsJsonAsync(
                $"/api/projects/{DataNode.Project}/predict", new { rows = applied.Select(each => each.Row) }));
            var predictions = answer["predictions"]!.AsArray();
            for (var i = 0; i < applied.Count; i++)
            {
                compared++;
                if (BitConverter.SingleToInt32Bits((float)predictions[i]!["probabilities"]!["1"]!) != BitConverter.SingleToInt32Bits(applied[i].Score)
                    || (string)predictions[i]!["label"]! != applied[i].Label)
                    other++;
            }
        }

        Usage.Print("parity.rows", compared);
        Usage.Print("parity.other-bits", other);
        if (other > 0 || compared != rows)
            throw new InvalidOperationException($"{other} of {compared} rows have other bits; there were {rows} rows.");
    }
}
