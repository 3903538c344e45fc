using System.Globalization;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Decisions;

namespace Progeny.Grains.Releases;

/// <summary>Moves generations that serve nothing between the stages staged, retired and archived.</summary>
internal sealed class GenerationStages(string project, IGrainFactory grains, IDecisionLog decisions, TimeProvider time)
{
    /// <summary>Moves a generation.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="stage">Retired, archived, or staged, which brings it back.</param>
    /// <exception cref="RegistryException">There is no such generation, the plan names it, or it cannot go there from where it
    /// is.</exception>
    public async Task<GenerationInfo> MoveAsync(RolloutPlan plan, GenerationReference generation, Stage stage, string? by, string? reason)
    {
        var grain = grains.GetGrain<IGenerationGrain>(generation.ToString());
        if (generation.Project != project || await grain.Get() is not { } info)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {generation}.");
        if (stage is not (Stage.Staged or Stage.Retired or Stage.Archived))
            throw new RegistryException(RegistryError.Invalid, $"{generation} cannot be made {Word(stage)} so; a plan does that.");
        if (plan.Arms.FirstOrDefault(arm => arm.Generation == generation) is { } arm)
            throw new RegistryException(
                RegistryError.Conflict,
                $"{generation} is the arm '{arm.Name}' of plan {plan.Version}, which is in force; take it out of the plan first (PUT "
                    + $"/api/projects/{project}/rollout).");
        if (info.Stage == stage)
            return info;
        if (info.Stage == Stage.Archived && stage != Stage.Staged)
            throw new RegistryException(
                RegistryError.Conflict,
                $"{generation} is archived; restore it first (POST /api/projects/{project}/generations/{generation.Version}/restore).");
        var now = time.GetUtcNow();
        // On record before it is done: nothing of this happens that cannot be read afterwards.
        await decisions.AppendAsync(
            new Decision
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"stage:{generation}:{now.UtcTicks}"),
                Project = project,
                At = now,
                Kind = DecisionKind.Retirement,
                By = by ?? Decommissioning.Operator,
                Message = $"{generation} was {Word(info.Stage)} and is {Word(stage)} now{Decommissioning.Because(reason)}.",
                Generation = generation,
            },
            CancellationToken.None);
        return await grain.SetStage(stage);
    }

    private static string Word(Stage stage) => stage.ToString().ToLowerInvariant();
}
