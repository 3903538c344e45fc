using Progeny.Core.Feeds;

namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>Runs subscriptions, and stores what came of it.</summary>
public sealed class SubscriptionRunner(
    ISubscriptionStore store, IObjectSources sources, ObjectPuller objects, QueryPuller queries, TimeProvider time)
{
    /// <summary>Runs a subscription once; a failure is in its status.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what was taken is entered.</exception>
    public async Task RunAsync(Subscription subscription, SubscriptionStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(status);
        var takesBehind = status is { IsAsked: true, TakesBehind: true };
        string? error = null;
        try
        {
            if (subscription.Kind == SubscriptionKind.Query)
                await queries.PullAsync(subscription, status, takesBehind, cancellationToken);
            else
                await PullObjectsAsync(subscription, takesBehind, cancellationToken);
        }
        catch (Exception exception) when (exception is SubscriptionException or FeedException or FormatException)
        {
            error = exception.Message;
        }

        await store.ChangeAsync(
            subscription.Dataset,
            subscription.Name,
            now => now with
            {
                LastRunAt = time.GetUtcNow(),
                Error = error,

                // What was asked for meanwhile is done by the next run.
                IsAsked = now.IsAsked && (!status.IsAsked || now.TakesBehind != status.TakesBehind),
                TakesBehind = now.TakesBehind && !takesBehind,
            },
            cancellationToken);
    }

    private async Task PullObjectsAsync(Subscription subscription, bool takesRewritten, CancellationToken cancellationToken)
    {
        var source = sources.Open(subscription);
        var folder = sources.CreateFolder();
        try
        {
            await objects.PullAsync(subscription, source, takesRewritten, folder, cancellationToken);
        }
        finally
        {
            (source as IDisposable)?.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
