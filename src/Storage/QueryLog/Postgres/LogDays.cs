namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>The days that have a partition, each with its first sequence number: both grow together.</summary>
internal sealed class LogDays(IEnumerable<(int Day, long First)> days)
{
    private readonly (int Day, long First)[] _days = [.. days];

    /// <summary>The day on which a record was appended, if it is there; 0: before all that are left.</summary>
    public int Of(long sequence)
    {
        var (low, high) = (0, _days.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_days[middle].First <= sequence)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? 0 : _days[low - 1].Day;
    }

    /// <summary>A day and those after it.</summary>
    public IEnumerable<int> From(int day) => _days.Select(one => one.Day).Where(one => one >= day);
}
