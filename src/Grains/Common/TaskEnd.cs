using System.Runtime.CompilerServices;

namespace Progeny.Grains.Common;

/// <summary>The end of work that a grain has started and leaves.</summary>
internal static class TaskEnd
{
    /// <summary>
    /// Waits until the work has ended, however it ends, or until the wait is cancelled, in the turns of the grain that calls.
    /// </summary>
    public static ConfiguredTaskAwaitable EndedAsync(this Task work, CancellationToken cancellationToken) => work
        .WaitAsync(cancellationToken)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
