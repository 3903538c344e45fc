using System.Diagnostics;
using System.Globalization;
using Progeny.Startup.Bench;

// What a start costs: dotnet run -c Release --project bench/startup [generations]. One line a figure: result <name> <value>.
const int starts = 5;
var generations = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100;
var folder = Directory.CreateTempSubdirectory("progeny-bench-");
try
{
    var data = Path.Combine(folder.FullName, "data");
    using (var node = await BenchNode.StartAsync(data))
    {
        var bytes = await BenchProject.FillAsync(node, folder.FullName, generations);
        Result("startup.generations", generations);
        Result("startup.model-bytes", bytes);
    }

    var ready = new List<double>();
    var first = new List<double>();
    var second = new List<double>();
    for (var i = 0; i < starts; i++)
    {
        var since = Stopwatch.StartNew();
        using var node = await BenchNode.StartAsync(data);
        ready.Add(since.Elapsed.TotalMilliseconds);

        // Another generation than the champion is cold: its model is neither loaded nor was its manifest read.
        first.Add(await BenchProject.PredictAsync(node, generations - i));
        second.Add(await BenchProject.PredictAsync(node, generations - i - starts));
    }

    Result("startup.ready.milliseconds.median", Median(ready));
    Result("startup.ready.milliseconds.worst", ready.Max());
    Result("predict.cold-model.first-of-process.milliseconds.median", Median(first));
    Result("predict.cold-model.first-of-process.milliseconds.worst", first.Max());
    Result("predict.cold-model.milliseconds.median", Median(second));
    Result("predict.cold-model.milliseconds.worst", second.Max());
}
finally
{
    folder.Delete(recursive: true);
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

static void Result(string name, double value) =>
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {name} {value:0.##}"));
