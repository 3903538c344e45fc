using System.Buffers.Binary;
using Progeny.Core.Tracking.Runs;

namespace Progeny.Storage.Tracking;

/// <summary>The values of one metric in a request, as they are stored: 24 bytes each, little-endian step, timestamp and value.</summary>
/// <param name="Key">The number of the metric's name.</param>
/// <param name="Points">The values.</param>
/// <param name="Latest">The newest of them.</param>
internal sealed record MetricPoints(long Key, byte[] Points, MetricPoint Latest)
{
    private const int Size = 24;

    /// <summary>Groups values by their metric, in the order of the keys.</summary>
    public static List<MetricPoints> Group(IReadOnlyList<MetricPoint> metrics, IReadOnlyDictionary<string, long> keys)
    {
        var groups = new Dictionary<string, List<MetricPoint>>(StringComparer.Ordinal);
        foreach (var metric in metrics)
        {
            if (!groups.TryGetValue(metric.Key, out var group))
                groups.Add(metric.Key, group = []);
            group.Add(metric);
        }

        var points = new List<MetricPoints>(groups.Count);
        foreach (var (name, group) in groups)
            points.Add(Of(keys[name], group));
        // Two transactions that change the same rows take them in one order.
        points.Sort((left, right) => left.Key.CompareTo(right.Key));
        return points;
    }

    /// <summary>Reads values.</summary>
    public static IEnumerable<MetricPoint> Read(string name, byte[] bytes)
    {
        for (var at = 0; at + Size <= bytes.Length; at += Size)
        {
            yield return new MetricPoint
            {
                Key = name,
                Step = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)),
                Timestamp = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + 8)),
                Value = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(at + 16)),
            };
        }
    }

    private static MetricPoints Of(long key, List<MetricPoint> group)
    {
        var bytes = new byte[group.Count * Size];
        var latest = group[0];
        for (var i = 0; i < group.Count; i++)
        {
            var point = group[i];
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * Size), point.Step);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * Size + 8), point.Timestamp);
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * Size + 16), point.Value);
            if (point.IsNewerThan(latest))
                latest = point;
        }

        return new MetricPoints(key, bytes, latest);
    }
}
