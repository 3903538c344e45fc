using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;
using Progeny.Core.Serving.Inference;

namespace Progeny.Grains.Rollouts;

/// <summary>
/// Takes generations whose models exceed the bounds of this node out of their plans: an experiment with one is aborted, a champion makes
/// way for the one before it, and any other arm leaves the plan.
/// </summary>
internal sealed partial class BoundsGuard(ModelBounds bounds, IGrainFactory grains, ILogger<BoundsGuard> logger) : BackgroundService
{
    private const string By = "bounds of models";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (generation, reason) in bounds.Reports.ReadAllAsync(stoppingToken))
        {
            try
            {
                await ExcludeAsync(
                    generation, reason.Length <= PlanChecks.MaxReasonCharacters ? reason : reason[..PlanChecks.MaxReasonCharacters]);
            }
            catch (Exception exception) when (exception is RegistryException or PlanException or TimeoutException)
            {
                // It is reported again when its model goes on like that.
                LogStays(logger, generation, reason, exception.Message);
            }
        }
    }

    private async Task ExcludeAsync(GenerationReference generation, string reason)
    {
        var rollout = grains.GetGrain<IRolloutGrain>(generation.Project);
        var experiment = (await rollout.List()).FirstOrDefault(
            known => known.EndedAt is null && known.Arms.Any(arm => arm.Generation == generation));
        if (experiment is not null)
            await grains.GetGrain<IExperimentGrain>($"{generation.Project}/{experiment.Id}").End(ExperimentVerdict.Aborted, By, reason);

        var plan = await rollout.GetPlan();
        if (plan.Champion == generation)
            await rollout.RollBack(null, By, reason, plan.Version);
        else if (plan.Arms.Any(arm => arm.Generation == generation))
            await rollout.SetPlan(Without(plan, generation, reason));
        else if (experiment is null)
            return;
        LogExcluded(logger, generation, reason);
    }

    private static PlanDraft Without(RolloutPlan plan, GenerationReference generation, string reason)
    {
        var names = plan.Arms.Where(arm => arm.Generation == generation).Select(arm => arm.Name).ToHashSet(StringComparer.Ordinal);
        return new PlanDraft
        {
            Arms = plan.Arms.RemoveAll(arm => names.Contains(arm.Name)),
            Champion = plan.ChampionArm,
            Fallback = plan.Fallback.RemoveAll(names.Contains),
            Shadows = plan.Shadows.RemoveAll(names.Contains),
            StickyKey = plan.StickyKey,
            Version = plan.Version,
            By = By,
            Reason = reason,
        };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Generation} was taken out of its plan: {Reason}")]
    private static partial void LogExcluded(ILogger logger, GenerationReference generation, string reason);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Generation} stays in its plan although {Reason} It could not be taken out: {Problem}")]
    private static partial void LogStays(ILogger logger, GenerationReference generation, string reason, string problem);
}
