using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Contracts.Experiments;
using Progeny.Core.Experiments;
using Progeny.Core.Expressions;
using Progeny.Core.Manifests;
using Progeny.Core.Rollouts;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Experiments;

internal static class ExperimentsApi
{
    /// <summary>Who decided, where nobody says and nobody has to prove it.</summary>
    private const string Operator = "operator";

    public static void MapExperiments(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects/{project}/experiments").WithTags("Experiments").WithProblems(404)
            .Requires(Permissions.Develop);
        group.MapGet("/", ListAsync).Requires(Permissions.Read)
            .WithSummary("The experiments, newest first, up to 100, with their statistics.");
        group.MapGet("/{experiment}", GetAsync).Requires(Permissions.Read)
            .WithSummary("One experiment: arms, statistics, history, verdict.");
        group.MapPost("/", StartAsync).WithProblems(400, 403, 409)
            .WithSummary("Starts an experiment manually: the members of serving.rollout, and the generations.")
            .AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
                operation.RequestBody!.Content!["application/json"].Schema = await context.GetOrCreateSchemaAsync(
                    typeof(ExperimentRequestBody), null, cancellationToken));
        MapAct(group, "pause", "Keeps the shares as they are and decides nothing until it is resumed.", (grain, act, _) =>
            grain.Pause(act.By ?? Operator, act.Reason));
        MapAct(group, "resume", "Goes on.", (grain, act, _) => grain.Resume(act.By ?? Operator, act.Reason));
        MapAct(group, "abort", "Ends it; the champion has all traffic again.", (grain, act, _) =>
            grain.End(ExperimentVerdict.Aborted, act.By ?? Operator, act.Reason));
        MapAct(group, "promote", "Ends it; a challenger is in production, once it has passed its gates.", (grain, act, generation) =>
            grain.Promote(generation, act.By ?? Operator, act.Reason));
    }

    private static void MapAct(
        RouteGroupBuilder group,
        string verb,
        string summary,
        Func<IExperimentGrain, ExperimentAct, GenerationReference?, Task<ExperimentInfo>> act) =>
        group.MapPost(
            $"/{{experiment}}/{verb}",
            (string project, string experiment, ExperimentAct? body, CurrentCaller caller, IClusterClient cluster) =>
                ActAsync(project, experiment, body, caller, cluster, act))
            .WithProblems(400, 409).WithSummary(summary);

    private static async Task<Results<Ok<IEnumerable<ExperimentView>>, ProblemHttpResult>> ListAsync(string project, IClusterClient cluster)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        return TypedResults.Ok((await cluster.GetGrain<IRolloutGrain>(project).List()).Select(ExperimentViews.ToView));
    }

    private static async Task<Results<Ok<ExperimentView>, ProblemHttpResult>> GetAsync(
        string project, string experiment, IClusterClient cluster) =>
        await cluster.GetGrain<IExperimentGrain>($"{project}/{experiment}").Get() is { } info
            ? TypedResults.Ok(info.ToView())
            : Problems.NotFound($"'{project}' has no experiment '{experiment}'.");

    private static async Task<Results<Ok<ExperimentView>, ProblemHttpResult>> StartAsync(
        string project, JsonElement body, CurrentCaller caller, IClusterClient cluster, IExpressionEngine engine)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is not { } info)
            return Problems.NoProject(project);
        var release = await cluster.GetGrain<IReleaseGrain>($"{project}@{info.Champion?.Release ?? info.Releases[^1]}").Get();
        var manifest = ManifestCache.Of(release!);
        var input = ExperimentInput.Read(body, project, manifest);
        if (input.Settings.Select is { } select && engine.Check(GenerationTable.Query(manifest, select)) is { } wrong)
            throw new PlanException([new PlanFault("select", wrong.Describe(select))]);
        var named = input.Settings.Arms.Concat(input.Settings.Fallback).Select(arm => ArmNaming.Read(arm, project))
            .OfType<GenerationReference>();
        if (caller.LendingRefusal(input.Generations.Concat(named), project) is { } refusal)
            return refusal;
        var experiment = (await cluster.GetGrain<IRolloutGrain>(project).Start(new ExperimentRequest
        {
            Settings = input.Settings,
            Generations = input.Generations,
            By = caller.By(input.By) ?? Operator,
            Reason = input.Reason,
        })).ToView();
        caller.SetAudit(null, new { experiment.Id, experiment.Status }, $"experiment {experiment.Id}");
        return TypedResults.Ok(experiment);
    }

    private static async Task<Results<Ok<ExperimentView>, ProblemHttpResult>> ActAsync(
        string project,
        string experiment,
        ExperimentAct? body,
        CurrentCaller caller,
        IClusterClient cluster,
        Func<IExperimentGrain, ExperimentAct, GenerationReference?, Task<ExperimentInfo>> act)
    {
        var generation = body?.Version is { } version ? ArmNaming.Read(version, project) : null;
        if (body?.Version is not null && generation is null)
            return Problems.Invalid($"version '{body.Version}' is no version; one looks like '1.2.0:3' (release:generation).");
        if (DecisionWords.Problem(body?.By, body?.Reason) is { } problem)
            return Problems.Invalid(problem);
        var decided = new ExperimentAct(body?.Version, caller.By(body?.By), body?.Reason);
        var grain = cluster.GetGrain<IExperimentGrain>($"{project}/{experiment}");
        var before = await grain.Get();
        var after = (await act(grain, decided, generation)).ToView();
        caller.SetAudit(before is null ? null : new { before.ToView().Status }, new { after.Status, decided.Version, decided.Reason });
        return TypedResults.Ok(after);
    }
}
