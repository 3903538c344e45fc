namespace Progeny.Core.Common;

/// <summary>Lets one asynchronous operation in at a time, in the order in which they came.</summary>
public sealed class AsyncLock
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    /// <summary>Waits for its turn; disposing what it returns ends it.</summary>
    public async Task<IDisposable> EnterAsync()
    {
        await _semaphore.WaitAsync();
        return new Turn(_semaphore);
    }

    private sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        private SemaphoreSlim? _semaphore = semaphore;

        public void Dispose() => Interlocked.Exchange(ref _semaphore, null)?.Release();
    }
}
