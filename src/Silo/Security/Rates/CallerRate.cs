namespace Progeny.Silo.Security.Rates;

/// <summary>What is left of the limits of one caller on this node.</summary>
public sealed class CallerRate
{
    private readonly TimeProvider _time;
    private readonly TokenBucket? _requests;
    private readonly TokenBucket? _rows;

    internal CallerRate((double Requests, double Burst, double Rows) limit, TimeProvider time)
    {
        (Limit, _time) = (limit, time);
        _requests = limit.Requests > 0 ? new TokenBucket(limit.Requests, limit.Burst, time.TimestampFrequency) : null;
        // One second of them; a larger query is answered, and waited for afterwards.
        _rows = limit.Rows > 0 ? new TokenBucket(limit.Rows, limit.Rows, time.TimestampFrequency) : null;
    }

    internal (double Requests, double Burst, double Rows) Limit { get; }

    internal bool IsUnlimited => _requests is null && _rows is null;

    /// <summary>Charges the rows of a query that was answered.</summary>
    public void ChargeRows(int rows)
    {
        if (rows > 0)
            _rows?.Charge(_time.GetTimestamp(), rows);
    }

    /// <summary>Lets a request in.</summary>
    /// <param name="wait">How long to wait with the next one, where it is not let in.</param>
    /// <param name="isRows">Whether it is the rows of earlier ones that keep it out.</param>
    internal bool TryEnter(out TimeSpan wait, out bool isRows)
    {
        var now = _time.GetTimestamp();
        isRows = false;
        if (_rows is not null && !_rows.HasAny(now, out var left))
            isRows = true;
        else if (_requests is null || _requests.TryTake(now, out left))
            left = 0;
        wait = TimeSpan.FromSeconds((double)left / _time.TimestampFrequency);
        return left == 0;
    }

    internal bool IsIdle(long now) => _requests?.IsFull(now) != false && _rows?.IsFull(now) != false;
}
