using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;

/// <summary>
/// Writes what Orleans counts of its messages to a file, four times a second. The runtime calls it before the program, with which
/// <c>DOTNET_STARTUP_HOOKS</c> starts it; <c>PROGENY_METERS</c> names the file.
/// </summary>
#pragma warning disable MA0047 // The runtime looks for the class outside of all namespaces.
internal static class StartupHook
#pragma warning restore MA0047
{
    private const string OrleansMeter = "Microsoft.Orleans";
    private const string Messaging = "orleans-messaging-";

    private static readonly TimeSpan WriteInterval = TimeSpan.FromMilliseconds(250);
    private static readonly ConcurrentDictionary<string, long> Counts = new(StringComparer.Ordinal);

    /// <summary>Begins to count.</summary>
    public static void Initialize()
    {
        // Programs that the node starts inherit its environment.
        if (Environment.GetEnvironmentVariable("PROGENY_METERS") is not { Length: > 0 } file)
            return;
        Environment.SetEnvironmentVariable("PROGENY_METERS", null);
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == OrleansMeter && instrument.Name.StartsWith(Messaging, StringComparison.Ordinal))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        new Thread(() => Write(listener, file)) { IsBackground = true, Name = "meters" }.Start();
    }

    private static void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name;
        foreach (var (key, of) in tags)
        {
            // The other silo's address makes no difference here.
            if (key is "ConnectionDirection" or "Direction" or "MessageDirection")
                name += $" {of}";
        }

        if (instrument.IsObservable)
        {
            Counts[name] = value;
            return;
        }

        // A histogram of sizes counts messages and bytes.
        Counts.AddOrUpdate($"{name} count", 1, static (_, count) => count + 1);
        Counts.AddOrUpdate($"{name} sum", value, (_, sum) => sum + value);
    }

    private static void Write(MeterListener listener, string file)
    {
        while (true)
        {
            listener.RecordObservableInstruments();
            File.WriteAllText($"{file}.new", JsonSerializer.Serialize(Counts.ToDictionary()));
            File.Move($"{file}.new", file, overwrite: true);
            Thread.Sleep(WriteInterval);
        }
    }
}
