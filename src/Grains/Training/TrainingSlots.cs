using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Training;
using Progeny.Grains.Common;

namespace Progeny.Grains.Training;

/// <summary>
/// Keeps a node from training more at once than it was told to, and a project from being trained twice at once. Evaluations have places of
/// their own: they need not wait for a training.
/// </summary>
internal sealed class TrainingSlots(IOptions<JobOptions> options) : IDisposable
{
    private readonly SemaphoreSlim trainings = new(options.Value.AtOnce);
    private readonly SemaphoreSlim evaluations = new(options.Value.AtOnce);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> projects = new();

    /// <summary>Waits for a place for a job; disposing what is returned gives it back.</summary>
    public async Task<IDisposable> TakeAsync(string project, JobKind kind, CancellationToken cancellationToken)
    {
        if (kind is JobKind.Evaluate)
            return await TakeAsync(evaluations, null, cancellationToken);

        // The project first: a job that waits for its own project must not hold a place that another one could use.
        var own = await TakeAsync(projects.GetOrAdd(project, _ => new SemaphoreSlim(1)), null, cancellationToken);
        try
        {
            return await TakeAsync(trainings, own, cancellationToken);
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>How many places are taken: jobs that run.</summary>
    public int Taken => (2 * options.Value.AtOnce) - trainings.CurrentCount - evaluations.CurrentCount;

    /// <summary>Takes a further place for a job that has one; null: none is free now.</summary>
    public IDisposable? TryTake() => trainings.Wait(0) ? new Slot(trainings, null) : null;

    public void Dispose()
    {
        trainings.Dispose();
        evaluations.Dispose();
        foreach (var project in projects.Values)
            project.Dispose();
    }

    private static async Task<IDisposable> TakeAsync(SemaphoreSlim free, IDisposable? inner, CancellationToken cancellationToken)
    {
        await free.WaitAsync(cancellationToken);
        return new Slot(free, inner);
    }

    private sealed class Slot(SemaphoreSlim free, IDisposable? inner) : IDisposable
    {
        private SemaphoreSlim? taken = free;

        public void Dispose()
        {
            Interlocked.Exchange(ref taken, null)?.Release();
            inner?.Dispose();
        }
    }
}
