namespace Progeny.Storage.Feeds;

/// <summary>
/// Threads for queries of feeds that run in this process. How long such a query computes is in the hands of whoever wrote it: on the thread
/// pool, a few that take long would keep everything else on the node waiting.
/// </summary>
internal static class FeedThread
{
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) => Task.Factory.StartNew(
        work, cancellationToken, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
