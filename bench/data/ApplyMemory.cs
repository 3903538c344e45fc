namespace Progeny.Data.Bench;

/// <summary>The peaks of memory of batch applies that differ in their rows.</summary>
internal static class ApplyMemory
{
    public static async Task RunAsync(DataNode node, BenchSettings settings)
    {
        using var arm = node.LoadArm();
        var most = settings.Rows ?? 5_000_000;
        foreach (var rows in new[] { 1_000_000, most }.Where(rows => rows <= most).Distinct())
        {
            var path = await node.WriteAsync("memory.parquet", DataNode.RowsSql(rows), "FORMAT parquet");
            var digest = await node.KeepAsync(path);
            Usage.ForgetPeak();
            var usage = await Usage.OfAsync(() => node.ApplyAsync(arm, digest));
            Usage.Print($"apply.memory.{rows}.peak-mebibytes", Usage.PeakMebibytes());
            Usage.Print($"apply.memory.{rows}.seconds", usage.Wall.TotalSeconds);
        }
    }
}
