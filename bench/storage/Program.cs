using System.Globalization;
using Progeny.Storage.Bench;

// What the stores cost: dotnet run -c Release --project bench/storage [records]. One line a figure: result <name> <value>. With 0 records
// only the perfdb is measured.
var total = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var folder = Directory.CreateTempSubdirectory("progeny-bench-");
try
{
    if (total > 0)
    {
        await LogBench.RunAsync(folder.FullName, total);
        await FeedBench.RunAsync(folder.FullName);
    }

    await PerfdbBench.RunAsync(folder.FullName);
}
finally
{
    folder.Delete(recursive: true);
}
