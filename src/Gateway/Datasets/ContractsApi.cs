using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Grains.Datasets;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;
using Progeny.Storage.Datasets.Contracts;

namespace Progeny.Gateway.Datasets;

internal static class ContractsApi
{
    /// <summary>Who decided, where nobody says and nobody has to prove it.</summary>
    public const string Operator = "operator";

    public static void MapContracts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/datasets/{dataset}").WithTags("Datasets").WithProblems(404)
            .Requires(Permissions.Read, AccessScope.Dataset);
        group.MapGet("/contract", GetAsync).WithSummary("The contract in force, or the version that is asked for.");
        group.MapGet("/contract/history", HistoryAsync).WithSummary("All versions of the contract, the newest first.");
        group.MapGet("/contract/inferred", InferAsync).Requires(Permissions.ReadData, AccessScope.Dataset)
            .WithSummary("A contract that the newest version keeps, or the one that is asked for: a draft, which is not set.");
        group.MapPut("/contract", SetAsync).WithProblems(400, 403, 409).Requires(Permissions.Develop, AccessScope.Dataset)
            .Audited("dataset.contract")
            .WithSummary("Sets the contract by which new versions and batches are judged. One that breaks what projects read needs force.");
        group.MapPost("/versions/{version:int}/release", ReleaseAsync).WithProblems(400, 409)
            .Requires(Permissions.Operate, AccessScope.Dataset).Audited("dataset.release")
            .WithSummary("Releases a version that was held, or drops it.");
    }

    private static async Task<Results<Ok<ContractView>, ProblemHttpResult>> GetAsync(
        string dataset, int? version, IDatasetCatalog catalog, IContractStore contracts, CancellationToken cancellationToken)
    {
        if (await contracts.FindContractAsync(dataset, version, cancellationToken) is { } contract)
            return TypedResults.Ok(View(contract));
        if (await catalog.FindAsync(dataset, cancellationToken) is null)
            return NoDataset(dataset);
        return Problems.NotFound(version is null
            ? $"The dataset '{dataset}' has no contract yet."
            : $"The contract of '{dataset}' has no version {version}.");
    }

    private static async Task<Results<Ok<IEnumerable<ContractView>>, ProblemHttpResult>> HistoryAsync(
        string dataset, IDatasetCatalog catalog, IContractStore contracts, CancellationToken cancellationToken) =>
        await catalog.FindAsync(dataset, cancellationToken) is null
            ? NoDataset(dataset)
            : TypedResults.Ok((await contracts.ListContractsAsync(dataset, cancellationToken)).Select(View));

    private static async Task<Results<Ok<JsonObject>, ProblemHttpResult>> InferAsync(
        string dataset, int? version, IDatasetCatalog catalog, ContractInference inference, CancellationToken cancellationToken)
    {
        if (await inference.InferAsync(dataset, version, cancellationToken) is { } document)
            return TypedResults.Ok(document);
        if (await catalog.FindAsync(dataset, cancellationToken) is null)
            return NoDataset(dataset);
        return Problems.NotFound(
            $"The dataset '{dataset}' has no {(version is null ? "version" : $"version {version}")} that is read as a table.");
    }

    private static async Task<Results<Ok<ContractView>, ProblemHttpResult>> SetAsync(
        string dataset,
        ContractRequest request,
        CurrentCaller caller,
        IDatasetCatalog catalog,
        IContractStore contracts,
        ContractEditor editor,
        DatasetUsers users,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (DecisionWords.Problem(request.By, request.Reason) is { } problem)
            return Problems.Invalid(problem);
        if (request.Owner is { } named && (string.IsNullOrWhiteSpace(named) || named.Length > 200))
            return Problems.Invalid("'owner' must be a text of 1 to 200 characters, or be left out.");
        if (await catalog.FindAsync(dataset, cancellationToken) is null)
            return NoDataset(dataset);
        try
        {
            var (document, by) = (request.Document.GetRawText(), caller.By(request.By) ?? Operator);
            var before = await contracts.FindContractAsync(dataset, null, cancellationToken);
            if (await editor.FindBreakingAsync(dataset, document, cancellationToken) is { Count: > 0 } breaking && !request.Force
                && await users.FindProjectsAsync(dataset) is { Count: > 0 } readers)
                return Breaks(dataset, breaking, readers, caller);
            var contract = new ContractVersion
            {
                Dataset = dataset,
                Document = document,
                Owner = request.Owner ?? before?.Owner ?? by,
                By = by,
                At = time.GetUtcNow(),
                Reason = request.Reason,
            };
            if (await editor.SetAsync(contract, request.After, cancellationToken) is not { } set)
                return Conflict(
                    $"The contract of '{dataset}' is at another version than {request.After}; look at it, and set yours after it.");
            caller.SetAudit(new { before?.Version }, new { set.Version, set.Owner, set.Reason, request.Force }, dataset);
            return TypedResults.Ok(View(set));
        }
        catch (ContractException exception)
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status400BadRequest,
                title: "Invalid contract",
                detail: exception.Message,
                extensions: new Dictionary<string, object?> { ["errors"] = exception.Errors });
        }
    }

    private static async Task<Results<Ok<DatasetVersion>, ProblemHttpResult>> ReleaseAsync(
        string dataset,
        int version,
        HeldRequest request,
        CurrentCaller caller,
        IDatasetCatalog catalog,
        IQuarantineStore store,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (request.Reason is null)
            return Problems.Invalid("'reason' is missing: why the version is released or dropped.");
        if (DecisionWords.Problem(request.By, request.Reason) is { } problem)
            return Problems.Invalid(problem);
        if (await catalog.FindVersionAsync(dataset, version, cancellationToken) is not { } found)
            return Problems.NotFound($"The dataset '{dataset}' has no version {version}.");
        var decision = new HeldDecision(!request.Drop, caller.By(request.By) ?? Operator, time.GetUtcNow(), request.Reason);
        var decided = request.Drop
            ? await store.DropHeldAsync(dataset, version, decision, cancellationToken)
            : await store.ReleaseAsync(dataset, version, decision, cancellationToken) is { } released
                ? released.Newest ?? released.Version
                : null;
        if (decided is null)
            return Conflict($"Version {version} of '{dataset}' is not held; it is {found.State.ToString().ToLowerInvariant()}.");
        caller.SetAudit(new { found.State }, new { decided.State, decided.Version, request.Reason }, $"{dataset}@{version}");
        return TypedResults.Ok(decided);
    }

    public static ProblemHttpResult NoDataset(string dataset) => Problems.NotFound($"There is no dataset {Problems.Quoted(dataset)}.");

    public static ProblemHttpResult Conflict(string detail) =>
        TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: "Conflict", detail: detail);

    private static ProblemHttpResult Breaks(
        string dataset, IReadOnlyList<string> breaking, IReadOnlyList<string> readers, CurrentCaller caller)
    {
        var shown = readers.Where(caller.Caller.Access.Sees).ToList();
        var others = readers.Count - shown.Count;
        return TypedResults.Problem(
            statusCode: StatusCodes.Status409Conflict,
            title: "Breaking contract",
            detail: $"The contract breaks what projects read from '{dataset}': {string.Join(", ", shown)}"
                + $"{(others == 0 ? "" : $"{(shown.Count > 0 ? " and " : "")}{others} that you may not see")}. "
                + $"{string.Join("; ", breaking)}. "
                + "With force it is set all the same.",
            extensions: new Dictionary<string, object?> { ["projects"] = shown, ["changes"] = breaking });
    }

    private static ContractView View(ContractVersion contract) => new(
        contract.Dataset,
        contract.Version,
        contract.Owner,
        contract.By,
        contract.At,
        contract.Reason,
        JsonElement.Parse(contract.Document));
}
