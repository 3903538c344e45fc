using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Alerts;
using Progeny.Abstractions.Drift;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Contracts.Drift;
using Progeny.Core.Common;
using Progeny.Core.Evaluation;
using Progeny.Core.Metrics;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Grains.Gates;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Evaluation;

/// <summary>What is made of a generation's figures: gates, evaluations, drift.</summary>
internal static class EvaluationApi
{
    public static void MapEvaluation(this IEndpointRouteBuilder routes)
    {
        var generation = routes.MapGroup("/api/projects/{project}/generations/{version}").WithTags("Generations").WithProblems(404)
            .Requires(Permissions.Read);
        generation.MapGet("/gates", TryGatesAsync).WithProblems(400)
            .WithSummary("What the gates before a stage say of a generation now; nothing is kept.");
        generation.MapGet("/figures", ReadFiguresAsync).WithProblems(400)
            .WithSummary("All figures of a generation as gates and alerts see them; null where one is not known.");
        generation.MapGet("/evaluation", FindEvaluationAsync).WithSummary("The last evaluation of a generation on served predictions.");
        generation.MapGet("/backtest", FindBacktestAsync)
            .WithSummary("The last backtest of a generation: how it would have answered logged queries, compared with what was served.");
        routes.MapGet("/api/projects/{project}/drift", ReadDriftAsync).WithTags("Metrics").Requires(Permissions.Read).WithProblems(404)
            .WithSummary("Whether what the generations in the plan are asked has drifted from what they were trained on.");
        routes.MapGet("/api/projects/{project}/alerts", ListAlertsAsync).WithTags("Metrics").Requires(Permissions.Read).WithProblems(404)
            .WithSummary("The alerts of the release in production: which are active, and what their webhooks have not taken yet.");
    }

    private static async Task<Results<Ok<GateReport>, ProblemHttpResult>> TryGatesAsync(
        string project, string version, IGatekeeper gatekeeper, CancellationToken cancellationToken, string? before = null)
    {
        if (!GenerationReference.TryParse(project, version, out var reference))
            return Missing(project, version);
        var stage = before is null ? Stage.Champion : Enum.TryParse<Stage>(before, ignoreCase: true, out var named) ? named : (Stage?)null;
        return stage is Stage.Shadow or Stage.Challenger or Stage.Champion
            ? TypedResults.Ok(await gatekeeper.TryAsync(reference, stage.Value, cancellationToken))
            : Problems.Invalid($"before is '{before}'; it must be a stage with gates: shadow, challenger or champion.");
    }

    private static async Task<Results<Ok<SortedDictionary<string, double?>>, ProblemHttpResult>> ReadFiguresAsync(
        string project, string version, IGenerationFigures figures, CancellationToken cancellationToken, string? since = null)
    {
        if (!GenerationReference.TryParse(project, version, out var reference))
            return Missing(project, version);
        if (!MetricsQueryReader.TryReadTime(since, out var begin))
            return Problems.Invalid($"'since' is '{since}'; {IsoTime.Right} would be right.");
        var all = await figures.ReadAsync(reference, begin, cancellationToken);
        return TypedResults.Ok(new SortedDictionary<string, double?>(all.ToDictionary(), StringComparer.Ordinal));
    }

    private static async Task<Results<Ok<ServedEvaluation>, ProblemHttpResult>> FindEvaluationAsync(
        string project, string version, IClusterClient cluster, IEvaluationStore evaluations, CancellationToken cancellationToken)
    {
        if (!GenerationReference.TryParse(project, version, out var reference)
            || await cluster.GetGrain<IGenerationGrain>(reference.ToString()).Get() is null)
            return Missing(project, version);
        return await evaluations.FindAsync(reference, cancellationToken) is { } evaluation
            ? TypedResults.Ok(evaluation)
            : Problems.NotFound(
                $"{reference} was not evaluated on served predictions yet; POST /api/projects/{project}/jobs with the kind 'evaluate' "
                    + "does it.");
    }

    private static async Task<Results<Ok<BacktestReport>, ProblemHttpResult>> FindBacktestAsync(
        string project, string version, IClusterClient cluster, IEvaluationStore evaluations, CancellationToken cancellationToken)
    {
        if (!GenerationReference.TryParse(project, version, out var reference)
            || await cluster.GetGrain<IGenerationGrain>(reference.ToString()).Get() is null)
            return Missing(project, version);
        return await evaluations.FindBacktestAsync(reference, cancellationToken) is { } report
            ? TypedResults.Ok(report)
            : Problems.NotFound(
                $"{reference} has no backtest yet; POST /api/projects/{project}/jobs with the kind 'backtest' and the version makes one.");
    }

    private static async Task<Results<Ok<DriftView[]>, ProblemHttpResult>> ReadDriftAsync(string project, IClusterClient cluster)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        var plan = await cluster.GetGrain<IRolloutGrain>(project).GetPlan();
        return TypedResults.Ok(await Task.WhenAll(plan.Arms.Select(arm => arm.Generation).Distinct().Select(async generation =>
        {
            var info = await cluster.GetGrain<IGenerationGrain>(generation.ToString()).Get();
            var report = await cluster.GetGrain<IDriftGrain>(generation.ToString()).Get();
            var status = report switch
            {
                { Drifted: true } => "drifted",
                not null => "stable",
                null => info?.Assets.Profile is null ? "unknown" : "waiting",
            };
            return new DriftView(generation.VersionIn(project), status, report);
        })));
    }

    private static async Task<Results<Ok<ImmutableArray<AlertInfo>>, ProblemHttpResult>> ListAlertsAsync(
        string project, IClusterClient cluster) =>
        await cluster.GetGrain<IProjectGrain>(project).Get() is null
            ? Problems.NoProject(project)
            : TypedResults.Ok(await cluster.GetGrain<IAlertGrain>(project).Get());

    private static ProblemHttpResult Missing(string project, string version) =>
        Problems.NotFound($"'{project}' has no generation '{version}'; a version looks like '1.2.0:3' (release:generation).");
}
