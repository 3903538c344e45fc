using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.QueryLog;

namespace Progeny.Data.Bench;

/// <summary>A day of the query log as a Parquet file; its records come from a batch apply that logs.</summary>
internal static class ExportSpeed
{
    public static async Task RunAsync(DataNode node, BenchSettings settings)
    {
        var rows = settings.Rows ?? 200_000;
        var digest = await node.KeepAsync(await node.WriteAsync("export.parquet", DataNode.RowsSql(rows), "FORMAT parquet"));
        using (var arm = node.LoadArm(isLogged: true))
        {
            var logged = await Usage.OfAsync(() => node.ApplyAsync(arm, digest, log: true));
            Usage.Print("apply.logged-rows-per-second", rows / logged.Wall.TotalSeconds);
        }

        var archive = node.Services.GetRequiredService<IQueryArchive>();
        foreach (var day in await archive.ListDaysAsync(DataNode.Project, null, null, default))
        {
            Usage.ForgetPeak();
            var count = 0L;
            var usage = await Usage.OfAsync(
                async () => count = await archive.ExportAsync(DataNode.Project, day, node.PathOf("day.parquet"), default));
            Usage.Print("export.rows-per-second", count / usage.Wall.TotalSeconds);
            Usage.Print("export.rows-per-processor-second", count / usage.Processor.TotalSeconds);
            Usage.Print("export.peak-mebibytes", Usage.PeakMebibytes());
        }
    }
}
