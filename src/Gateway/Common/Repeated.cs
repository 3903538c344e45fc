namespace Progeny.Gateway.Common;

/// <summary>Asks a grain again whose silo has just gone, until another silo has taken it over.</summary>
internal static class Repeated
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes a call that only reads, and so may be made twice.</summary>
    /// <exception cref="OrleansException">No silo has answered within three seconds.</exception>
    public static async Task<T> ReadAsync<T>(Func<Task<T>> call, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var started = time.GetTimestamp(); ;)
        {
            try
            {
                return await call();
            }
            catch (OrleansException) when (time.GetElapsedTime(started) < Limit)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
