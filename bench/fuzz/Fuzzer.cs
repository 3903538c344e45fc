using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using FsCheck.Fluent;

namespace Progeny.Fuzz;

/// <summary>Runs a target on inputs that it makes of those which reached something new, until its time is over.</summary>
/// <param name="corpus">The folder of the kept inputs.</param>
/// <param name="findings">The folder for inputs that end, hold or fill the process, or throw what is not documented.</param>
internal sealed class Fuzzer(Coverage coverage, FuzzTarget target, string corpus, string findings, int seed)
{
    private const int MaxKeptBytes = 8 << 10;
    private const int GeneratedEvery = 8;
    private const int GeneratedSize = 30;
    private const int Batch = 64;
    private static readonly TimeSpan _hang = TimeSpan.FromSeconds(20);

    private readonly HashSet<string> _found = [];
    private Queue<byte[]> _generated = [];
    private byte[] _current = [];
    private long _startedAt;
    private long _inputs;

    /// <summary>Runs the target.</summary>
    /// <returns>How many findings there are.</returns>
    public async Task<int> RunAsync(TimeSpan time)
    {
        Directory.CreateDirectory(findings);
        var kept = new List<byte[]>();
        foreach (var file in Directory.EnumerateFiles(corpus).Order(StringComparer.Ordinal))
        {
            kept.Add(await File.ReadAllBytesAsync(file));
            await TryAsync(kept[^1]);
        }

        // What the calls before spent was spent on compiling, too.
        _found.Clear();
        _inputs = 0;
        foreach (var input in kept)
            await TryAsync(input);

        var words = kept.SelectMany(Words).DistinctBy(Convert.ToHexString).ToList();
        var mutator = new Mutator(new Random(seed), words.Count > 0 ? words : [[0]]);
        var begun = Stopwatch.GetTimestamp();
        await using var watch = new Timer(_ => EndHang(), null, _hang, _hang);
        while (Stopwatch.GetElapsedTime(begun) < time)
        {
            var input = _inputs % GeneratedEvery == 0 && Generated() is { } made ? made : mutator.Next(kept);
            if (!await TryAsync(input))
                continue;
            kept.Add(input);
            if (input.Length <= MaxKeptBytes)
                await File.WriteAllBytesAsync(Path.Combine(corpus, NameOf(input)), input);
        }

        var took = Stopwatch.GetElapsedTime(begun);
        System.Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Name}: {_inputs} inputs in {took.TotalSeconds:0} s ({_inputs / took.TotalMinutes:0} a minute), "
                + $"{coverage.Branches} branches, {kept.Count} kept, {_found.Count} findings"));
        return _found.Count;
    }

    private byte[]? Generated()
    {
        if (target.Generator is not { } generator)
            return null;
        if (_generated.Count == 0)
            _generated = new Queue<byte[]>(generator.Sample(Batch, GeneratedSize));
        return _generated.Dequeue();
    }

    private static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 8));

    /// <summary>Parts of inputs that are words of their format.</summary>
    private static IEnumerable<byte[]> Words(byte[] input)
    {
        var start = -1;
        for (var i = 0; i <= input.Length; i++)
        {
            if (i < input.Length && (char.IsAsciiLetterOrDigit((char)input[i]) || input[i] == '_'))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                if (i - start is > 1 and < 24)
                    yield return input[start..i];
                start = -1;
            }
        }
    }

    /// <summary>Reads an input.</summary>
    /// <returns>Whether it has reached something new.</returns>
    private async Task<bool> TryAsync(byte[] input)
    {
        _inputs++;
        coverage.Begin();
        var first = await MeasureAsync(input);
        var isNew = coverage.End();
        if (first.Exception is { } exception)
            Report(input, $"{exception.GetType().Name} {exception.StackTrace?.Split('\n')[0].Trim()}", exception.ToString());
        if (!first.IsOver(input))
            return isNew;

        // The first call of a method also compiles it: only what is over its bound once more is a finding.
        var second = await MeasureAsync(input);
        if (first.Time > FuzzTarget.MaxTime && second.Time > FuzzTarget.MaxTime)
            Report(input, "time", $"It took {first.Time} of the processor's time, and once more {second.Time}.");
        if (first.IsTooLarge(input) && second.IsTooLarge(input))
            Report(input, "memory", string.Create(
                CultureInfo.InvariantCulture, $"It allocated {second.Bytes} bytes for {input.Length}."));
        return isNew;
    }

    private async Task<Use> MeasureAsync(byte[] input)
    {
        _current = input;
        var (allocated, cpu) = (GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime);
        Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
        var exception = await target.TryAsync(input);
        Volatile.Write(ref _startedAt, 0);
        return new Use(exception, Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes() - allocated);
    }

    private void Report(byte[] input, string kind, string text)
    {
        if (!_found.Add(kind))
            return;
        var file = Path.Combine(findings, NameOf(input));
        File.WriteAllBytes(file, input);
        File.WriteAllText($"{file}.txt", text);
        System.Console.WriteLine($"{target.Name}: {kind}: {file}");
    }

    private void EndHang()
    {
        if (Volatile.Read(ref _startedAt) is not 0 and var started && Stopwatch.GetElapsedTime(started) > _hang)
        {
            Report(_current, "hang", "It did not end.");
            Environment.Exit(3);
        }
    }

    /// <summary>What reading an input took. The time is the processor's: others compute on the machine, too.</summary>
    private readonly record struct Use(Exception? Exception, TimeSpan Time, long Bytes)
    {
        public bool IsOver(byte[] input) => Time > FuzzTarget.MaxTime || IsTooLarge(input);

        public bool IsTooLarge(byte[] input) => Bytes > FuzzTarget.MaxBytes + (FuzzTarget.MaxBytesPerByte * input.Length);
    }
}
