using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace Progeny.Grains.Common;

/// <summary>
/// Deactivates grains under whose names nothing is stored once nobody has asked them for a second: who asks for thousands of names that do
/// not exist must not leave an activation for each. Not after each answer: calls that come at once would find the activation gone again and
/// again, and fail.
/// </summary>
internal sealed class EmptyGrainCollector(TimeProvider time) : BackgroundService, IIncomingGrainCallFilter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<IGrainContext, Calls> empty = new();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IStoredGrain { IsStored: false } grain)
        {
            await context.Invoke();
            return;
        }

        var calls = empty.GetOrAdd(context.TargetContext, static (_, grain) => new Calls(grain), grain);
        calls.Begin();
        try
        {
            await context.Invoke();
        }
        finally
        {
            calls.End();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (context, calls) in empty)
            {
                if (!calls.WereNone() || !empty.TryRemove(context, out _))
                    continue;
                if (!calls.Grain.IsStored)
                    context.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "Nothing is stored under its name."));
            }
        }
    }

    /// <summary>The calls of one grain.</summary>
    private sealed class Calls(IStoredGrain grain)
    {
        private int running;
        private volatile bool came;

        public IStoredGrain Grain => grain;

        public void Begin()
        {
            Interlocked.Increment(ref running);
            came = true;
        }

        public void End()
        {
            came = true;
            Interlocked.Decrement(ref running);
        }

        /// <summary>Whether there was none since the last time, nor is one running.</summary>
        public bool WereNone()
        {
            var none = !came && Volatile.Read(ref running) == 0;
            came = false;
            return none;
        }
    }
}
