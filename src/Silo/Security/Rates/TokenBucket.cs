namespace Progeny.Silo.Security.Rates;

/// <summary>
/// A token bucket without a lock and without a timer, as the generic cell rate algorithm (ITU-T I.371) has it: it keeps the time at which
/// it is full again. It may be in debt, which those of System.Threading.RateLimiting may not: what a query costs is known when it is
/// answered.
/// </summary>
/// <param name="perSecond">The tokens that come in a second.</param>
/// <param name="size">The most tokens in it.</param>
/// <param name="frequency">The units of all times in a second.</param>
internal sealed class TokenBucket(double perSecond, double size, long frequency)
{
    private readonly double _unitsPerToken = frequency / perSecond;
    private readonly double _unitsWhenEmpty = size * frequency / perSecond;
    private long _fullAt;

    /// <summary>Takes a token.</summary>
    /// <param name="now">The time.</param>
    /// <param name="wait">How long it takes until there is one, where there is none.</param>
    public bool TryTake(long now, out long wait)
    {
        while (true)
        {
            var fullAt = Volatile.Read(ref _fullAt);
            var next = Math.Max(fullAt, now) + (long)_unitsPerToken;
            wait = (long)Math.Ceiling(next - now - _unitsWhenEmpty);
            if (wait > 0)
                return false;
            if (Interlocked.CompareExchange(ref _fullAt, next, fullAt) == fullAt)
                return true;
        }
    }

    /// <summary>Whether it is not empty, or in debt.</summary>
    /// <inheritdoc cref="TryTake"/>
    public bool HasAny(long now, out long wait)
    {
        wait = (long)Math.Ceiling(Volatile.Read(ref _fullAt) - now - _unitsWhenEmpty) + 1;
        return wait <= 0;
    }

    /// <summary>Takes tokens, also those that are not there.</summary>
    public void Charge(long now, long tokens)
    {
        while (true)
        {
            var fullAt = Volatile.Read(ref _fullAt);
            var next = Math.Max(fullAt, now) + (long)(tokens * _unitsPerToken);
            if (Interlocked.CompareExchange(ref _fullAt, next, fullAt) == fullAt)
                return;
        }
    }

    /// <summary>Whether it is full: a new one is the same.</summary>
    public bool IsFull(long now) => Volatile.Read(ref _fullAt) <= now;
}
