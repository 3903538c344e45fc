using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Metrics;

/// <summary>
/// Folds the query log into summaries, each record into one. Where the perfdb stands is the only memory: after a stop at any point the log
/// is folded on from there. Not thread-safe.
/// </summary>
/// <param name="source">The identity of the log.</param>
/// <param name="counted">The sequence number up to which the records of a generation are in the perfdb.</param>
/// <param name="position">The sequence number behind which the log is read.</param>
/// <param name="maxRecords">The number of records at which the fold is full.</param>
/// <param name="maxWindows">The number of windows at which the fold is full.</param>
public sealed class LogFold(
    Guid source, IReadOnlyDictionary<GenerationReference, long> counted, long position, int maxRecords = 200_000, int maxWindows = 256)
{
    private readonly Dictionary<GenerationReference, long> _folded = new(counted);
    private readonly Dictionary<GenerationReference, Range> _open = [];
    private readonly List<(GenerationSummary Summary, int Records)> _unconfirmed = [];
    private int _records;
    private int _windows;

    /// <summary>The sequence number of the last record that was folded or skipped.</summary>
    public long Position { get; private set; } = position;

    /// <summary>
    /// Whether no more is to be added before summaries are confirmed. So the log, and not memory, holds what the perfdb cannot take yet.
    /// </summary>
    public bool IsFull => _records >= maxRecords || _windows >= maxWindows;

    /// <summary>Adds the next segment of the log, unless it is counted already.</summary>
    /// <exception cref="InvalidDataException">The segment is damaged. Some of its records may be missing; the next one can be
    /// added.</exception>
    public void Add(Segment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var generation = segment.Batch.Generation;
        Position = segment.End - 1;
        var after = _folded.GetValueOrDefault(generation);
        if (Position <= after)
            return;
        if (!_open.TryGetValue(generation, out var range))
            _open.Add(generation, range = new Range(after));
        _folded[generation] = Position;
        _records += segment.Batch.Count;
        range.Records += segment.Batch.Count;
        var windows = range.Windows.Count;
        try
        {
            range.Add(new QueryBatchReader(segment.Batch));
        }
        finally
        {
            _windows += range.Windows.Count - windows;
        }
    }

    /// <summary>Closes what was added, and returns the summaries that are not confirmed; those of a generation are in order.</summary>
    public IReadOnlyList<GenerationSummary> Close()
    {
        foreach (var (generation, range) in _open)
        {
            _unconfirmed.Add((new GenerationSummary
            {
                Generation = generation,
                Source = source,
                IsLogged = true,
                After = range.After,
                Through = _folded[generation],
                Windows = [.. range.Windows.Select(window => window.Value.ToSummary(window.Key))],
            }, range.Records));
        }

        _open.Clear();
        return [.. _unconfirmed.Select(known => known.Summary)];
    }

    /// <summary>Forgets a summary that the perfdb holds.</summary>
    public void Confirm(GenerationSummary summary)
    {
        var index = _unconfirmed.FindIndex(known => ReferenceEquals(known.Summary, summary));
        _records -= _unconfirmed[index].Records;
        _windows -= summary.Windows.Length;
        _unconfirmed.RemoveAt(index);
    }

    /// <summary>What was added of one generation since the last summary.</summary>
    private sealed class Range(long after)
    {
        public long After => after;

        public int Records { get; set; }

        public SortedDictionary<DateTimeOffset, WindowFold> Windows { get; } = [];

        public void Add(QueryBatchReader reader)
        {
            WindowFold? window = null;
            while (reader.Read())
            {
                if (reader.IsFirstOfRequest || window is null)
                    window = WindowOf(MetricsResolution.StartOf(reader.At, MetricsResolution.Finest.Step));
                window.Add(reader);
            }
        }

        private WindowFold WindowOf(DateTimeOffset start)
        {
            if (!Windows.TryGetValue(start, out var window))
                Windows.Add(start, window = new WindowFold());
            return window;
        }
    }
}
