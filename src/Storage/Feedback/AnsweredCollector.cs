using System.Collections.Immutable;
using Progeny.Core.Feedback;
using Progeny.Storage.QueryLog;

namespace Progeny.Storage.Feedback;

/// <summary>Gathers what is found of answered queries, and forgets what is older than the window that is wanted.</summary>
/// <param name="isCountOnly">Whether nothing is kept of what is found.</param>
internal sealed class AnsweredCollector(int? maxRows, TimeSpan? window, bool isCountOnly = false)
{
    // Records lie in the log a moment out of the order of their time.
    private static readonly TimeSpan Disorder = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, long> skipped = [];
    private List<AnsweredKey> keys = [];
    private long newest = long.MinValue;

    /// <summary>Queries that were answered before this time are left out; null: none are.</summary>
    public DateTimeOffset? FromAt { get; init; }

    /// <summary>How many were found.</summary>
    public long Count { get; private set; }

    /// <summary>Whether all that comes is older than what is wanted.</summary>
    public bool IsFull { get; private set; }

    public ImmutableSortedDictionary<string, long> Skipped => skipped.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <param name="lack">What the record lacks; null: nothing.</param>
    public void Add(AnsweredKey key, string? lack)
    {
        if (lack is not null)
        {
            skipped[lack] = skipped.GetValueOrDefault(lack) + 1;
            return;
        }

        Count++;
        if (isCountOnly)
            return;
        keys.Add(key);
        newest = Math.Max(newest, key.At);
        if (maxRows is { } most && keys.Count > 2L * most + 100_000)
            keys = InOrder();
    }

    /// <summary>A stretch of the log was gone through, newest first.</summary>
    /// <param name="newestAt">The time of its newest record.</param>
    public void Passed(long newestAt)
    {
        if (newestAt == long.MinValue)
            return;
        if (FromAt is { } first && QueryCodes.DecodeTime(newestAt) < first - Disorder)
            IsFull = true;
        if (window is { } time && newest > long.MinValue && newestAt < newest - Microseconds(time + Disorder))
            IsFull = true;
        if (maxRows is { } most && keys.Count >= most)
        {
            keys = InOrder();
            IsFull |= newestAt < keys[0].At - Microseconds(Disorder);
        }
    }

    /// <summary>What is left within the window, in the order of time.</summary>
    public List<AnsweredKey> InOrder()
    {
        var cut = window is { } time && newest > long.MinValue ? newest - Microseconds(time) : long.MinValue;
        var ordered = keys.Where(key => key.At >= cut).Order().ToList();
        return maxRows is { } most && ordered.Count > most ? ordered[^most..] : ordered;
    }

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
