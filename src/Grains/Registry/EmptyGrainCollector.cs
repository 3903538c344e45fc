using System.Runtime.CompilerServices;

namespace Progeny.Grains.Registry;

/// <summary>
/// Deactivates a grain under whose name nothing is stored as soon as it has answered: who asks for thousands of names that do not exist must not
/// leave an activation for each.
/// </summary>
internal sealed class EmptyGrainFilter : IIncomingGrainCallFilter
{
    // A grain whose first state is being stored by another call must stay; calls of one grain change its count in turns.
    private readonly ConditionalWeakTable<IStoredGrain, StrongBox<int>> calls = [];

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IStoredGrain stored)
        {
            await context.Invoke();
            return;
        }

        var running = calls.GetOrCreateValue(stored);
        running.Value++;
        try
        {
            await context.Invoke();
        }
        finally
        {
            if (--running.Value == 0 && !stored.IsStored)
                context.TargetContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "Nothing is stored under its name."));
        }
    }
}
