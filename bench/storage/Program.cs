using System.Globalization;
using Progeny.Storage.Bench;

// What the stores cost: dotnet run -c Release --project bench/storage [records]. One line a figure: result <name> <value>.
var total = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var folder = Directory.CreateTempSubdirectory("progeny-bench-");
try
{
    await LogBench.RunAsync(folder.FullName, total);
    await FeedBench.RunAsync(folder.FullName);
}
finally
{
    folder.Delete(recursive: true);
}
