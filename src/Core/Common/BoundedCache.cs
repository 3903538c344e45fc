namespace Progeny.Core.Common;

/// <summary>A cache that forgets what is older than a time limit and, past a size limit, what was put longest ago.</summary>
/// <remarks>
/// Two halves: new entries go into the young half; when it is full it becomes the old half and the old one is dropped, so that
/// forgetting costs nothing per entry.
/// </remarks>
public sealed class BoundedCache<TValue>(int size, TimeSpan lifetime, TimeProvider time)
{
    private readonly Lock gate = new();
    private Dictionary<string, (TValue Value, long At)> young = new(StringComparer.Ordinal);
    private Dictionary<string, (TValue Value, long At)> old = new(StringComparer.Ordinal);

    public bool TryGet(string key, out TValue value)
    {
        lock (gate)
        {
            if ((young.TryGetValue(key, out var entry) || old.TryGetValue(key, out entry)) && time.GetElapsedTime(entry.At) < lifetime)
            {
                value = entry.Value;
                return true;
            }
        }

        value = default!;
        return false;
    }

    public void Put(string key, TValue value)
    {
        if (lifetime <= TimeSpan.Zero || size <= 0)
            return;
        lock (gate)
        {
            if (young.Count >= Math.Max(1, size / 2) && !young.ContainsKey(key))
                (young, old) = (new(StringComparer.Ordinal), size > 1 ? young : old);
            young[key] = (value, time.GetTimestamp());
        }
    }
}
