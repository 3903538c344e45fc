namespace Progeny.Storage.Tests.Releases.S3;

/// <summary>Requests that wait for a test.</summary>
internal sealed class S3Hold : IDisposable
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when a request waits.</summary>
    public Task Arrived => _arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public Task WaitAsync()
    {
        _arrived.TrySetResult();
        return _released.Task;
    }

    public void Release() => _released.TrySetResult();

    public void Dispose() => Release();
}
