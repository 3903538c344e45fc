using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
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
    : BackgroundService
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<(string Dataset, string Name), Task> _running = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_pause, time, stoppingToken);
                if (leadership.IsLeader)
                    await StartDueAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException or StorageUnavailableException)
            {
                // Another silo died, or the database is away: both are soon over.
                LogInterrupted(logger, exception.Message);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogFailed(logger, exception);
            }
        }

        await Task.WhenAll(_running.Values);
    }

    private async Task StartDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (subscription, status) in await store.ListAsync(null, cancellationToken))
        {
            var key = (subscription.Dataset, subscription.Name);
            if (_running.ContainsKey(key) || (!status.IsAsked && status.LastRunAt is { } last && last + subscription.Every > now))
                continue;
            _running[key] = Task.Run(() => RunAsync(subscription, status, cancellationToken), CancellationToken.None);
        }
    }

    private async Task RunAsync(Subscription subscription, SubscriptionStatus status, CancellationToken cancellationToken)
    {
        try
        {
            await runner.RunAsync(subscription, status, cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!cancellationToken.IsCancellationRequested)
                await TellAsync(subscription, exception);
        }
        finally
        {
            _running.TryRemove((subscription.Dataset, subscription.Name), out _);
        }
    }

    private async Task TellAsync(Subscription subscription, Exception exception)
    {
        LogSubscriptionFailed(logger, exception, subscription.Name, subscription.Dataset);
        try
        {
            await store.ChangeAsync(
                subscription.Dataset,
                subscription.Name,
                status => status with { LastRunAt = time.GetUtcNow(), Error = exception.Message, IsAsked = false, TakesBehind = false },
                CancellationToken.None);
        }
        catch (StorageUnavailableException unavailable)
        {
            LogInterrupted(logger, unavailable.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Subscriptions of datasets cannot be run now ({Reason}); trying again")]
    private static partial void LogInterrupted(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscriptions of datasets could not be run; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The subscription {Name} of dataset {Dataset} failed; it is tried again")]
    private static partial void LogSubscriptionFailed(ILogger logger, Exception exception, string name, string dataset);
}
