using System.Reflection;
using System.Text.Json;
using Progeny.Core.Common;
using Progeny.Core.Security.Audit;

namespace Progeny.Silo.Security.Audit;

/// <summary>
/// Writes that the node began and ended, what came of requests whose node ended before they were answered, each minute how many refused
/// attempts have no entry of their own, and removes what is old.
/// </summary>
internal sealed partial class AuditUpkeep(
    IAuditLog log,
    RefusedAttempts refused,
    AuditOptions options,
    NodeName node,
    ClusterOptions cluster,
    TimeProvider time,
    ILogger<AuditUpkeep> logger)
    : BackgroundService
{
    private const string NoNode = "";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // No request takes longer.
    private static readonly TimeSpan LostAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // The requests of a node that stands alone ended with it, whatever it was called.
        await log.CompleteLostAsync(
            node.Value, cluster.IsMember ? time.GetUtcNow() - LostAfter : DateTimeOffset.MaxValue, cancellationToken);
        await log.AppendAsync(OfNode("node.start"), cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync([.. refused.EndMinute(time.GetUtcNow()), OfNode("node.stop")]);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pruned = DateTimeOffset.MinValue;
        using var timer = new PeriodicTimer(Minute, time);
        do
        {
            await TryAsync(refused.EndMinute(time.GetUtcNow()));
            if (cluster.IsMember)
                await CompleteLostAsync(stoppingToken);
            if (options.KeepDays > 0 && time.GetUtcNow() - pruned >= Day)
            {
                pruned = time.GetUtcNow();
                await PruneAsync(stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Writes the entries of changes that were under way on nodes which ended and have not started again.</summary>
    private async Task CompleteLostAsync(CancellationToken cancellationToken)
    {
        try
        {
            await log.CompleteLostAsync(NoNode, time.GetUtcNow() - LostAfter, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception);
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await log.PruneAsync(TimeSpan.FromDays(options.KeepDays), time.GetUtcNow(), cancellationToken) is > 0 and var removed)
                LogPruned(removed, options.KeepDays);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception);
        }
    }

    private async Task TryAsync(IReadOnlyList<AuditEntry> entries)
    {
        try
        {
            foreach (var entry in entries)
                await log.AppendAsync(entry, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogFailed(exception);
        }
    }

    private AuditEntry OfNode(string action) => new()
    {
        At = time.GetUtcNow(),
        By = AuditEntry.Platform,
        Action = action,
        Subject = $"node {node.Value}",
        After = JsonSerializer.Serialize(
            new
            {
                Version = typeof(AuditUpkeep).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            }, AuditJson.Options),
    };

    [LoggerMessage(
        Level = LogLevel.Information, Message = "{Count} entries of the audit log were removed, which were older than {Days} days")]
    private partial void LogPruned(long count, int days);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The audit log cannot be written")]
    private partial void LogFailed(Exception exception);
}
