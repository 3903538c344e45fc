using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Serving.Inference;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>Keeps the plans of this silo's online agents up to date, and deactivates the owners of those that nobody asks.</summary>
internal sealed partial class AgentPoller(
    IGrainFactory grains,
    AgentRegistry agents,
    IClusterMembershipService membership,
    ServingOptions options,
    SiloStop stop,
    TimeProvider time,
    ILogger<AgentPoller> logger) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private PlanMark? seen;
    private MembershipVersion members;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(agents.All.Select(pair => pair.Value.Agent.Shadows.StopAsync()));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(PollInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (agents.All.Any())
                    await PollAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>Has the agents take over plans that have changed; one question tells which, for all projects.</summary>
    private async Task PollAsync()
    {
        HashSet<string> changed = [];
        // A silo that died may have stored a plan and not told the roster.
        var version = membership.CurrentSnapshot.Version;
        var all = version != members;
        try
        {
            var changes = await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).ListPlanChanges(seen);
            seen = changes.Mark;
            all |= changes.All;
            changed = [.. changes.Projects];
            members = version;
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            all = true;
            if (!stop.Token.IsCancellationRequested)
                LogNotAsked(logger, exception);
        }

        // Each on its own: one that loads a model must not keep the others waiting.
        foreach (var (project, (agent, owner)) in agents.All)
        {
            if ((agent.IsUnknown || agent.IdleFor > options.AgentIdleTime) && !agent.IsBusy)
                owner.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "Nobody asks the project."));
            else if (all || agent.HasWork || changed.Contains(project))
                agent.Poll();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The roster could not be asked which plans have changed; each project is asked")]
    private static partial void LogNotAsked(ILogger logger, Exception exception);
}
