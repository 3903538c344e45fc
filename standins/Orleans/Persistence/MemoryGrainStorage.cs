using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Copying;

namespace Orleans.Storage;

/// <summary>States in the memory of the process: gone with it.</summary>
internal sealed class MemoryGrainStorage(string name) : IGrainStorage
{
    private readonly ConcurrentDictionary<(GrainId, string), Record> records = new();
    private long lastTag;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var found = records.TryGetValue((grainId, stateName), out var record);
        grainState.State = found ? Isolation.Copy((T)record!.State!, Where<T>(stateName)) : Persistence.StateActivator.Create<T>();
        grainState.ETag = record?.ETag;
        grainState.RecordExists = found;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = new Record(
            Isolation.Copy(grainState.State, Where<T>(stateName)), Interlocked.Increment(ref lastTag).ToString(CultureInfo.InvariantCulture));
        Change(stateName, grainId, grainState.ETag, record);
        grainState.ETag = record.ETag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag is not null || records.ContainsKey((grainId, stateName)))
            Change(stateName, grainId, grainState.ETag, null);
        grainState.State = Persistence.StateActivator.Create<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private void Change(string stateName, GrainId grainId, string? expected, Record? record)
    {
        var key = (grainId, stateName);
        records.TryGetValue(key, out var present);
        var changed = present?.ETag == expected && (record, present) switch
        {
            (null, null) => true,
            (null, _) => records.TryRemove(new(key, present)),
            (_, null) => records.TryAdd(key, record),
            _ => records.TryUpdate(key, record, present),
        };
        if (!changed)
        {
            throw new InconsistentStateException(
                $"The state «{stateName}» of {grainId} in storage «{name}» was written elsewhere.", present?.ETag, expected);
        }
    }

    private static string Where<T>(string stateName) => $"the state «{stateName}» ({typeof(T)})";

    private sealed record Record(object? State, string ETag);
}
