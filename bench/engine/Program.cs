using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Engine.Bench;

// What a call costs: calls a second for one caller and for 64 at once, and bytes allocated a call, for a client in the silo's
// process. Usage: bench/engine [seconds]; the last lines are «result <name> <value>».
var seconds = args.Length > 0 ? double.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 3;
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.UseOrleans(silo => silo.UseLocalhostClustering(21190, 31190, null, "bench", "bench"));
using var host = builder.Build();
await host.StartAsync();
var grains = host.Services.GetRequiredService<IGrainFactory>();
var query = new Query(new float[] { 1, 2, 3, 4 });

Console.WriteLine($"engine: {typeof(Grain).Assembly.GetName().Name} {typeof(Grain).Assembly.GetName().Version}, {Environment.ProcessorCount} processors, {seconds} s each");
List<string> results = [];
foreach (var (name, callers, grain) in new (string, int, Func<int, IPredictor>)[]
{
    ("worker.1", 1, _ => grains.GetGrain<IWorkingPredictor>("worker")),
    ("worker.64", 64, _ => grains.GetGrain<IWorkingPredictor>("worker")),
    ("grain.1", 1, _ => grains.GetGrain<ISinglePredictor>("grain")),
    ("grain.64", 64, caller => grains.GetGrain<ISinglePredictor>($"grain-{caller}")),
})
{
    await MeasureAsync(callers, grain, TimeSpan.FromSeconds(Math.Min(1, seconds)));
    var (rate, bytes) = await MeasureAsync(callers, grain, TimeSpan.FromSeconds(seconds));
    Console.WriteLine(FormattableString.Invariant($"{name,-10} {rate,12:N0} calls/s  {1e6 * callers / rate,8:0.00} µs a call  {bytes,6:0} bytes a call"));
    results.Add(FormattableString.Invariant($"result {name}.calls_per_second {rate:0}"));
    results.Add(FormattableString.Invariant($"result {name}.bytes_per_call {bytes:0}"));
}

await host.StopAsync();
results.ForEach(Console.WriteLine);

async Task<(double Rate, double Bytes)> MeasureAsync(int callers, Func<int, IPredictor> grain, TimeSpan time)
{
    GC.Collect();
    var allocated = GC.GetTotalAllocatedBytes(precise: true);
    var watch = Stopwatch.StartNew();
    var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(grain(caller), watch, time))));
    var elapsed = watch.Elapsed.TotalSeconds;
    return (counts.Sum() / elapsed, (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / counts.Sum());
}

async Task<long> CallAsync(IPredictor grain, Stopwatch watch, TimeSpan time)
{
    var count = 0L;
    while (watch.Elapsed < time)
    {
        for (var each = 0; each < 100; each++)
        {
            if (await grain.Predict(query) is not 10f)
                throw new InvalidOperationException("wrong answer");
        }

        count += 100;
    }

    return count;
}
