using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Training;

/// <summary>How quick and how large a model is on this machine.</summary>
/// <param name="LoadMilliseconds">The time to load it: the median of three loads.</param>
/// <param name="RunMicroseconds">The time to predict one row once it is warm: the median of many runs; null for a project without
/// features.</param>
/// <param name="MemoryBytes">
/// What the native heap grew by with the model loaded and run, the median of three times; where the platform does not say, the size of its
/// file. Whatever else the process did meanwhile is among it.
/// </param>
public sealed record ModelPerformance(double LoadMilliseconds, double? RunMicroseconds, long MemoryBytes)
{
    private const int Loads = 3;
    private const int WarmUps = 20;
    private const int MaxRuns = 200;

    private static readonly TimeSpan LongestRuns = TimeSpan.FromMilliseconds(500);

    /// <summary>Measures on the calling thread; a second at most for all but the largest models.</summary>
    /// <exception cref="ModelException">The model cannot be loaded or run.</exception>
    public static ModelPerformance Measure(byte[] model, Manifest manifest, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (loads, memory, runs) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < Loads; i++)
        {
            var before = NativeMemory.InUse();
            var started = time.GetTimestamp();
            using var runner = ModelRunner.Load(model, manifest);
            loads.Add(time.GetElapsedTime(started).TotalMilliseconds);
            if (manifest.Features.Count > 0)
                Run(runner, manifest, time, i == Loads - 1 ? runs : []);
            memory.Add(before is { } used && NativeMemory.InUse() is { } now ? Math.Max(0, now - used) : model.Length);
        }

        return new(Median(loads), runs.Count == 0 ? null : Median(runs), (long)Median(memory));
    }

    private static void Run(ModelRunner runner, Manifest manifest, TimeProvider time, List<double> runs)
    {
        var row = ModelAcceptance.MadeUpRow(manifest);
        var began = time.GetTimestamp();
        for (var i = 0; i < WarmUps + MaxRuns && (runs.Count == 0 || time.GetElapsedTime(began) < LongestRuns); i++)
        {
            var started = time.GetTimestamp();
            ModelRows.Predict(runner, row);
            if (i >= WarmUps)
                runs.Add(time.GetElapsedTime(started).TotalMicroseconds);
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }
}
