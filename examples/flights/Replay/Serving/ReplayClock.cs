namespace Progeny.Replay.Serving;

/// <summary>A clock that starts in the past and runs faster than the world's.</summary>
internal sealed class ReplayClock(DateTime start, double speed, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public double Speed => speed;

    public DateTime Now => start + (time.GetElapsedTime(_started) * speed);

    /// <summary>Waits until the clock has come to a moment.</summary>
    public async Task WaitAsync(DateTime moment, CancellationToken cancellationToken)
    {
        // Rounded up to the timer's milliseconds, so that the clock is there afterwards.
        while (moment - Now is var left && left > TimeSpan.Zero)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((left / speed).TotalMilliseconds)), time, cancellationToken);
    }
}
