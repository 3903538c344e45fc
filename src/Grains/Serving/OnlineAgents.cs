using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Serving;
using Progeny.Core.Metrics;
using Progeny.Grains.Rollout;

namespace Progeny.Grains.Serving;

/// <summary>The online agents of this silo, one a project, each made by the first query; keeps their plans up to date.</summary>
internal sealed class OnlineAgents : BackgroundService, IOnlineAgents
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, OnlineAgent> agents = new(StringComparer.Ordinal);
    private readonly Func<string, OnlineAgent> make;
    private readonly TimeProvider time;

    public OnlineAgents(
        IGrainFactory grains, ServedGenerations generations, ModelCache models, ServingMeters meters, QueryAnswers answers, ServingOptions options, TimeProvider time, ILogger<OnlineAgents> logger)
    {
        this.time = time;
        make = project => new OnlineAgent(
            project, grains, generations, models, meters, answers, new RolloutAnswers(answers, time, logger), options, time, logger);
    }

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
                // Each on its own: one that loads a model must not keep the others waiting.
                foreach (var (project, agent) in agents)
                {
                    if ((agent.IsUnknown || agent.IdleFor > IdleTime) && agents.TryRemove(project, out _))
                        agent.Dispose();
                    else
                        agent.Poll();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private OnlineAgent Get(string project) => agents.TryGetValue(project, out var agent) ? agent : agents.GetOrAdd(project, make);
}
