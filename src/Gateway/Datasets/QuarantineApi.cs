using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;
using Progeny.Storage.Datasets.Contracts;

namespace Progeny.Gateway.Datasets;

internal static class QuarantineApi
{
    private const int MaxRows = 1_000;

    public static void MapQuarantine(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/datasets/{dataset}/quarantine").WithTags("Datasets").WithProblems(404)
            .Requires(Permissions.Read, AccessScope.Dataset);
        group.MapGet("/", ListAsync)
            .WithSummary("The versions with rows in quarantine, the newest first; with all also those whose rows landed or were dropped.");
        group.MapGet("/{version:int}", ShowAsync).WithProblems(400).Requires(Permissions.ReadData, AccessScope.Dataset)
            .WithSummary("Quarantined rows of a version, with their numbers and all that is wrong with each.");
        group.MapPost("/{version:int}/replay", ReplayAsync).WithProblems(400, 409).Requires(Permissions.Develop, AccessScope.Dataset)
            .Audited("dataset.replay")
            .WithSummary("Judges the rows again by the contract in force; those that pass land in the dataset, once, the others stay.");
        group.MapPost("/{version:int}/drop", DropAsync).WithProblems(400, 409).Requires(Permissions.Operate, AccessScope.Dataset)
            .Audited("dataset.drop").WithSummary("Drops the rows that are still in quarantine.");
    }

    private static async Task<Results<Ok<IReadOnlyList<QuarantineEntry>>, ProblemHttpResult>> ListAsync(
        string dataset, IDatasetCatalog catalog, IQuarantineStore store, CancellationToken cancellationToken, bool all = false) =>
        await catalog.FindAsync(dataset, cancellationToken) is null
            ? ContractsApi.NoDataset(dataset)
            : TypedResults.Ok(await store.ListQuarantineAsync(dataset, all, cancellationToken));

    private static async Task<Results<Ok<IReadOnlyList<QuarantinedRow>>, ProblemHttpResult>> ShowAsync(
        string dataset, int version, Quarantine quarantine, CancellationToken cancellationToken, long after = 0, int limit = 20)
    {
        if (limit is < 1 or > MaxRows)
            return Problems.Invalid($"limit is {limit}; 1 to {MaxRows} is allowed.");
        return await quarantine.ShowAsync(dataset, version, after, limit, cancellationToken) is { } rows
            ? TypedResults.Ok(rows)
            : None(dataset, version);
    }

    private static async Task<Results<Ok<QuarantineEntry>, ProblemHttpResult>> ReplayAsync(
        string dataset,
        int version,
        QuarantineReplayRequest? request,
        CurrentCaller caller,
        Quarantine quarantine,
        CancellationToken cancellationToken)
    {
        if (DecisionWords.Problem(request?.By, null) is { } problem)
            return Problems.Invalid(problem);
        var replay = new ReplayRequest
        {
            Dataset = dataset,
            Version = version,
            Mapping = request?.Set ?? new Dictionary<string, string>(),
            By = caller.By(request?.By) ?? ContractsApi.Operator,
            Force = request?.Force ?? false,
        };
        return await ActAsync(
            dataset, version, caller, () => quarantine.ReplayAsync(replay, cancellationToken), entry => entry.Replays[^1]);
    }

    private static async Task<Results<Ok<QuarantineEntry>, ProblemHttpResult>> DropAsync(
        string dataset,
        int version,
        QuarantineDropRequest request,
        CurrentCaller caller,
        Quarantine quarantine,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (request.Reason is null)
            return Problems.Invalid("'reason' is missing: why the rows are dropped.");
        if (DecisionWords.Problem(request.By, request.Reason) is { } problem)
            return Problems.Invalid(problem);
        var decision = new HeldDecision(false, caller.By(request.By) ?? ContractsApi.Operator, time.GetUtcNow(), request.Reason);
        return await ActAsync(
            dataset,
            version,
            caller,
            () => quarantine.DropAsync(dataset, version, decision, cancellationToken),
            entry => new { entry.State, entry.Rows, request.Reason });
    }

    private static async Task<Results<Ok<QuarantineEntry>, ProblemHttpResult>> ActAsync(
        string dataset, int version, CurrentCaller caller, Func<Task<QuarantineEntry?>> act, Func<QuarantineEntry, object> audited)
    {
        try
        {
            if (await act() is not { } entry)
                return None(dataset, version);
            caller.SetAudit(null, audited(entry), $"{dataset}@{version}");
            return TypedResults.Ok(entry);
        }
        catch (QuarantineException exception)
        {
            return exception.IsConflict ? ContractsApi.Conflict(exception.Message) : Problems.Invalid(exception.Message);
        }
    }

    private static ProblemHttpResult None(string dataset, int version) =>
        Problems.NotFound($"No rows of version {version} of the dataset {Problems.Quoted(dataset)} went to quarantine.");
}
