using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Common;
using Progeny.Core.Datasets.Subscriptions;
using Progeny.Grains.Common;

namespace Progeny.Grains.Datasets;

/// <summary>
/// Runs the subscriptions that are due, each by itself, on one silo of a cluster. Should two of them do so at once, what one took the
/// other finds taken.
/// </summary>
internal sealed partial class SubscriptionService(
    ISubscriptionStore store, SubscriptionRunner runner, Leadership leadership, TimeProvider time, ILogger<SubscriptionService> logger)
    : LeaderService("The search for subscriptions of datasets that are due", TimeSpan.FromSeconds(1), leadership, time, logger)
{
    private readonly ConcurrentDictionary<(string Dataset, string Name), Task> _running = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await base.ExecuteAsync(stoppingToken);
        await Task.WhenAll(_running.Values);
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        foreach (var (subscription, status) in await store.ListAsync(null, cancellationToken))
        {
            var key = (subscription.Dataset, subscription.Name);
            if (_running.ContainsKey(key) || (!status.IsAsked && status.LastRunAt is { } last && last + subscription.Every > now))
                continue;
            _running[key] = Task.Run(() => TakeAsync(subscription, status, cancellationToken), CancellationToken.None);
        }
    }

    private async Task TakeAsync(Subscription subscription, SubscriptionStatus status, CancellationToken cancellationToken)
    {
        try
        {
            await runner.RunAsync(subscription, status, cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!cancellationToken.IsCancellationRequested)
                await RecordFailureAsync(subscription, exception);
        }
        finally
        {
            _running.TryRemove((subscription.Dataset, subscription.Name), out _);
        }
    }

    private async Task RecordFailureAsync(Subscription subscription, Exception exception)
    {
        LogSubscriptionFailed(logger, exception, subscription.Name, subscription.Dataset);
        try
        {
            await store.ChangeAsync(
                subscription.Dataset,
                subscription.Name,
                status => status with { LastRunAt = Time.GetUtcNow(), Error = exception.Message, IsAsked = false, TakesBehind = false },
                CancellationToken.None);
        }
        catch (StorageUnavailableException unavailable)
        {
            LogUnrecorded(logger, subscription.Name, subscription.Dataset, unavailable.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The failure of subscription {Name} of dataset {Dataset} cannot be kept now ({Reason})")]
    private static partial void LogUnrecorded(ILogger logger, string name, string dataset, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The subscription {Name} of dataset {Dataset} failed; it is tried again")]
    private static partial void LogSubscriptionFailed(ILogger logger, Exception exception, string name, string dataset);
}
