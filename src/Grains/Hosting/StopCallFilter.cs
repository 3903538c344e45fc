using Progeny.Grains.Common;

namespace Progeny.Grains.Hosting;

/// <summary>
/// Ends calls of grains that are still unanswered a while after the node was told to stop. A deactivating grain takes no new calls, so two
/// grains that call each other while both are deactivated would otherwise wait until the calls time out, and the stop with them.
/// </summary>
internal sealed class StopCallFilter : IOutgoingGrainCallFilter, IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _graceEnded = new();
    private readonly CancellationTokenRegistration _stop;

    public StopCallFilter(SiloStop stop)
    {
        _stop = stop.Token.Register(() => _graceEnded.CancelAfter(Grace));
    }

    public Task Invoke(IOutgoingGrainCallContext context) => context.Invoke().WaitAsync(_graceEnded.Token);

    public void Dispose()
    {
        _stop.Dispose();
        _graceEnded.Dispose();
    }
}
