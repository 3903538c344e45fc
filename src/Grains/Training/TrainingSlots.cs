using Microsoft.Extensions.Options;
using Progeny.Abstractions.Training;
using Progeny.Grains.Common;

namespace Progeny.Grains.Training;

/// <summary>
/// Keeps a node from training more at once than it was told to. Evaluations and batch applies have places of their own: they need not
/// wait for a training.
/// </summary>
internal sealed class TrainingSlots(IOptions<JobOptions> options) : IDisposable
{
    private readonly SemaphoreSlim trainings = new(options.Value.AtOnce);
    private readonly SemaphoreSlim evaluations = new(options.Value.AtOnce);
    private readonly SemaphoreSlim applies = new(options.Value.AtOnce);

    /// <summary>Waits for a place for a job; disposing what is returned gives it back.</summary>
    public Task<IDisposable> TakeAsync(JobKind kind, CancellationToken cancellationToken) =>
        TakeAsync(
            kind is JobKind.Evaluate or JobKind.Backtest ? evaluations : kind is JobKind.Apply ? applies : trainings, cancellationToken);

    /// <summary>How many places are taken: jobs that run.</summary>
    public int Taken => (3 * options.Value.AtOnce) - trainings.CurrentCount - evaluations.CurrentCount - applies.CurrentCount;

    /// <summary>Takes a further place for a job that has one; null: none is free now.</summary>
    public IDisposable? TryTake() => trainings.Wait(0) ? new Slot(trainings) : null;

    public void Dispose()
    {
        trainings.Dispose();
        evaluations.Dispose();
        applies.Dispose();
    }

    private static async Task<IDisposable> TakeAsync(SemaphoreSlim free, CancellationToken cancellationToken)
    {
        await free.WaitAsync(cancellationToken);
        return new Slot(free);
    }

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? taken = free;

        public void Dispose() => Interlocked.Exchange(ref taken, null)?.Release();
    }
}
