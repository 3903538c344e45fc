using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Serving;
using Progeny.Core.Metrics;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>The online agents of this silo, one a project, each made by the first query; keeps their plans up to date.</summary>
internal sealed partial class OnlineAgents : BackgroundService, IOnlineAgents
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, OnlineAgent> agents = new(StringComparer.Ordinal);
    private readonly Func<string, OnlineAgent> make;
    private readonly IGrainFactory grains;
    private readonly SiloStop stop;
    private readonly ILogger<OnlineAgents> logger;
    private readonly TimeProvider time;
    private PlanMark? seen;

    public OnlineAgents(
        IGrainFactory grains,
        IPlanSource plans,
        ServedGenerations generations,
        ModelCache models,
        ServingMeters meters,
        InferencePipeline pipeline,
        ServingOptions options,
        SiloStop stop,
        TimeProvider time,
        ILogger<OnlineAgents> logger)
    {
        (this.grains, this.stop, this.time, this.logger) = (grains, stop, time, logger);
        make = project => new OnlineAgent(project, plans, generations, models, meters, pipeline, options, time, logger, stop.Token);
    }

    /// <summary>How long nobody has asked any project; the greatest time there is where nobody has for long.</summary>
    public TimeSpan IdleFor => agents.Values.Select(agent => agent.IdleFor).DefaultIfEmpty(TimeSpan.MaxValue).Min();

    /// <inheritdoc/>
    public QueryTicket Enter(string project)
    {
        var agent = Get(project);
        return new QueryTicket(agent.TryEnter() ? agent : null);
    }

    /// <inheritdoc/>
    public ValueTask<Answer> PredictAsync(string project, PredictQuery query, CancellationToken cancellationToken) =>
        Get(project).PredictAsync(query, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Answer> InferAsync(string project, InferQuery query, CancellationToken cancellationToken) =>
        Get(project).InferAsync(query, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ModelMetadata> DescribeAsync(string project, string? version) => Get(project).DescribeAsync(version);

    /// <inheritdoc/>
    public long? PlanVersionOf(string project) => agents.TryGetValue(project, out var agent) ? agent.PlanVersion : null;

    /// <inheritdoc/>
    public long ShadowsDroppedOf(string project) => agents.TryGetValue(project, out var agent) ? agent.Shadows.Dropped : 0;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(agents.Values.Select(agent => agent.Shadows.StopAsync()));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(PollInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!agents.IsEmpty)
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
        var all = false;
        try
        {
            var changes = await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).ListPlanChanges(seen);
            (seen, all) = (changes.Mark, changes.All);
            changed = [.. changes.Projects];
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            all = true;
            if (!stop.Token.IsCancellationRequested)
                LogNotAsked(logger, exception);
        }

        // Each on its own: one that loads a model must not keep the others waiting.
        foreach (var (project, agent) in agents)
        {
            if ((agent.IsUnknown || agent.IdleFor > IdleTime) && agents.TryRemove(project, out _))
                agent.Dispose();
            else if (all || agent.HasWork || changed.Contains(project))
                agent.Poll();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The roster could not be asked which plans have changed; each project is asked")]
    private static partial void LogNotAsked(ILogger logger, Exception exception);

    private OnlineAgent Get(string project) => agents.TryGetValue(project, out var agent) ? agent : agents.GetOrAdd(project, make);
}
