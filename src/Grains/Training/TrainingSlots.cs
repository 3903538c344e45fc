using Microsoft.Extensions.Options;

namespace Progeny.Grains.Training;

/// <summary>Keeps a node from training more at once than it was told to.</summary>
internal sealed class TrainingSlots(IOptions<JobOptions> options) : IDisposable
{
    private readonly SemaphoreSlim free = new(options.Value.AtOnce);

    /// <summary>Waits for a slot; disposing what is returned gives it back.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        await free.WaitAsync(cancellationToken);
        return new Slot(free);
    }

    public void Dispose() => free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? taken = free;

        public void Dispose() => Interlocked.Exchange(ref taken, null)?.Release();
    }
}
