using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Grains.Datasets;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Datasets;

/// <summary>Removes datasets and versions, and says what is kept.</summary>
internal static class DatasetRemovalApi
{
    private const string Operator = "operator";

    /// <param name="group">That of <c>/api/datasets</c>.</param>
    public static void MapDatasetRemoval(this IEndpointRouteBuilder group)
    {
        group.MapDelete("/{dataset}", RemoveAsync).WithProblems(400, 404, 409).Requires(Permissions.Operate, AccessScope.Dataset)
            .Audited("dataset.remove")
            .WithSummary("Removes a dataset with all of its versions, unless something needs it, which is named then.");
        group.MapDelete("/{dataset}/versions/{version:int}", RemoveVersionAsync).WithProblems(400, 404, 409)
            .Requires(Permissions.Operate, AccessScope.Dataset).Audited("dataset.remove-version")
            .WithSummary("Removes the contents of a version, unless something needs them, which is named then; what is known of it stays.");
        group.MapPut("/{dataset}/retention", SetRetentionAsync).WithProblems(400, 404).Requires(Permissions.Operate, AccessScope.Dataset)
            .Audited("dataset.retention")
            .WithSummary("Says how many versions of a dataset are kept, and how long; what is left out is as the node's settings say.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        string dataset,
        string? reason,
        string? by,
        CurrentCaller caller,
        IDatasetCatalog catalog,
        IDatasetRemoval removal,
        DatasetUsers users,
        CancellationToken cancellationToken)
    {
        if (DecisionWords.Problem(by, reason) is { } problem)
            return Problems.Invalid(problem);
        if (await catalog.FindAsync(dataset, cancellationToken) is not { } found)
            return DatasetsApi.NoDataset(dataset);
        if (await FindUsersAsync(users, dataset, null, caller) is { Count: > 0 } needs)
            return Needed($"The dataset '{dataset}'", needs);
        if (await removal.RemoveDatasetAsync(dataset, cancellationToken) is not { } result)
            return DatasetsApi.NoDataset(dataset);
        if (!result.IsRemoved)
            return Needed($"The dataset '{dataset}'", result.NeededBy);
        caller.SetAudit(new { found.Latest, found.Description }, new { By = caller.By(by), reason }, $"dataset {dataset}");
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<DatasetVersion>, ProblemHttpResult>> RemoveVersionAsync(
        string dataset,
        int version,
        string? reason,
        string? by,
        CurrentCaller caller,
        IDatasetRemoval removal,
        DatasetUsers users,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (DecisionWords.Problem(by, reason) is { } problem)
            return Problems.Invalid(problem);
        if (await FindUsersAsync(users, dataset, version, caller) is { Count: > 0 } needs)
            return Needed($"Version {version} of '{dataset}'", needs);
        var result = await removal.RemoveVersionAsync(
            dataset, version, new DatasetRemoval(caller.By(by) ?? Operator, time.GetUtcNow(), reason), cancellationToken);
        if (result?.Version is not { } removed)
            return Problems.NotFound($"The dataset {Problems.Quoted(dataset)} has no version {version}.");
        if (!result.IsRemoved)
            return Needed($"Version {version} of '{dataset}'", result.NeededBy);
        caller.SetAudit(
            new { removed.Digest, removed.Rows }, new { removed.State, removed.Removal?.Reason }, $"dataset {dataset} {version}");
        return TypedResults.Ok(removed);
    }

    private static async Task<Results<Ok<DatasetInfo>, ProblemHttpResult>> SetRetentionAsync(
        string dataset,
        RetentionRequest request,
        CurrentCaller caller,
        IDatasetCatalog catalog,
        CancellationToken cancellationToken)
    {
        if (request.KeepVersions is < 1)
            return Problems.Invalid($"'keep_versions' is {request.KeepVersions}; it must be at least 1, or be left out.");
        if (request.KeepFor < TimeSpan.FromMinutes(1))
            return Problems.Invalid($"'keep_for' is {request.KeepFor:c}; it must be a time of at least 00:01:00, or be left out.");
        if (await catalog.FindAsync(dataset, cancellationToken) is not { } before
            || await catalog.ChangeAsync(
                dataset,
                info => info with { KeepVersions = request.KeepVersions, KeepFor = request.KeepFor },
                cancellationToken) is not { } changed)
            return DatasetsApi.NoDataset(dataset);
        caller.SetAudit(
            new { before.KeepVersions, before.KeepFor }, new { changed.KeepVersions, changed.KeepFor }, $"dataset {dataset}");
        return TypedResults.Ok(changed);
    }

    /// <summary>The projects and jobs that need a dataset or a version; those that the caller may not see are only counted.</summary>
    private static async Task<IReadOnlyList<string>> FindUsersAsync(
        DatasetUsers users, string dataset, int? version, CurrentCaller caller)
    {
        var projects = await users.FindProjectsAsync(dataset, version);
        var jobs = DatasetUsers.Using(await users.ListAppliesAsync(), dataset, version).ToList();
        var access = caller.Caller.Access;
        List<string> needs =
        [
            .. projects.Where(access.Sees).Select(project => $"project {project}"),
            .. jobs.Where(job => access.Sees(job.Project)).Select(job => $"job {job.Id} of project {job.Project}"),
        ];
        var hidden = projects.Count + jobs.Count - needs.Count;
        if (hidden > 0)
            needs.Add($"{hidden} projects or jobs that you may not see");
        return needs;
    }

    private static ProblemHttpResult Needed(string what, IReadOnlyList<string> needs) => TypedResults.Problem(
        statusCode: StatusCodes.Status409Conflict,
        title: "Needed",
        detail: $"{what} is needed by {string.Join("; ", needs)}. Nothing was removed.",
        extensions: new Dictionary<string, object?> { ["needed_by"] = needs });
}
