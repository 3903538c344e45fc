namespace Progeny.Storage.Hosting;

/// <summary>Counts what is moved, and says how far it is.</summary>
/// <param name="total">All that is to be moved: a row is 1, an artifact what its kibibytes are.</param>
internal sealed class MoveMeter(long total, IProgress<MoveProgress> progress)
{
    private const int ReportEvery = 4_096;

    private readonly List<MovedCount> _counts = [];
    private string _message = "";
    private long _done;
    private long _reported;

    public IReadOnlyList<MovedCount> Counts => _counts;

    /// <summary>The size of it all so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes note of a row.</summary>
    public void Add(object?[] row)
    {
        foreach (var value in row)
        {
            Bytes += value switch
            {
                byte[] bytes => bytes.Length,
                string text => text.Length,
                _ => sizeof(long),
            };
        }

        Advance(1);
    }

    /// <summary>Takes note of an artifact.</summary>
    public void Add(long bytes)
    {
        Bytes += bytes;
        Advance(UnitsOf(bytes));
    }

    /// <summary>What an artifact is counted for.</summary>
    public static long UnitsOf(long bytes) => (bytes / 1024) + 1;

    public void Begin(string message)
    {
        _message = message;
        Report();
    }

    public void End(string name, long count) => _counts.Add(new MovedCount(name, count));

    private void Advance(long units)
    {
        _done += units;
        if (_done - _reported >= ReportEvery)
            Report();
    }

    private void Report()
    {
        _reported = _done;
        progress.Report(new MoveProgress(total == 0 ? 1 : Math.Min(1, (double)_done / total), _message));
    }
}
