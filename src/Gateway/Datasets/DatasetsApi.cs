using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Progeny.Contracts.Common;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;
using Progeny.Storage.Datasets;

namespace Progeny.Gateway.Datasets;

internal static class DatasetsApi
{
    /// <summary>What a file may be called beside bytes; it is read as what it is, whatever it is called.</summary>
    private static readonly string[] Formats =
    [
        "text/csv", "text/tab-separated-values", "application/json", "application/x-ndjson", "application/jsonl",
        "application/vnd.apache.parquet", "application/gzip", "application/zstd",
    ];

    private const int MaxVersions = 1_000;
    private const int UsualVersions = 100;

    public static void MapDatasets(this IEndpointRouteBuilder routes)
    {
        var maxBytes = routes.ServiceProvider.GetRequiredService<IOptions<DatasetsOptions>>().Value.MaxFileBytes;
        var group = routes.MapGroup("/api/datasets").WithTags("Datasets").Requires(Permissions.Read, AccessScope.Dataset);
        group.MapGet("/", ListAsync).Requires(Permissions.None, AccessScope.Node).WithSummary("The datasets that the caller may know of.");
        group.MapPost("/{dataset}", DatasetUpload.PutAsync).Accepts<Stream>("application/octet-stream", Formats)
            .WithMetadata(new BodySizeLimit(maxBytes)).WithProblems(400, 413, 507).Requires(Permissions.Develop, AccessScope.Dataset)
            .WithSummary(
                "Puts a file as the next version (or, with append, behind the newest one): CSV, TSV, JSON, NDJSON, Parquet, each also "
                    + "gzip or "
                    + "zstd; any other file is kept as it is. The file that the newest version was made of is answered with that version "
                        + "(200).");
        group.MapGet("/{dataset}", GetAsync).WithProblems(404).WithSummary("One dataset: description and number of the newest version.");
        group.MapGet("/{dataset}/versions", ListVersionsAsync).WithProblems(400, 404)
            .WithSummary("The versions, the newest first, page by page: before is the number of the last one seen.");
        group.MapDatasetVersions();
        group.MapDatasetRemoval();
    }

    private static async Task<IReadOnlyList<DatasetView>> ListAsync(
        CurrentCaller caller, IDatasetCatalog catalog, CancellationToken cancellationToken)
    {
        List<DatasetView> views = [];
        foreach (var dataset in await catalog.ListAsync(cancellationToken))
        {
            if (!caller.Caller.Access.Sees(dataset.Name))
                continue;
            var newest = dataset.Latest == 0 ? null : await catalog.FindVersionAsync(dataset.Name, dataset.Latest, cancellationToken);
            views.Add(new DatasetView
            {
                Name = dataset.Name,
                Description = dataset.Description,
                Latest = dataset.Latest,
                State = newest is null ? null : ApiJson.NameOf(newest.State),
                Format = newest?.Format,
                Rows = newest?.Rows,
                Columns = newest?.Columns.Count ?? 0,
                Bytes = newest?.Bytes ?? 0,
                UpdatedAt = newest?.CreatedAt,
                UpdatedBy = newest?.CreatedBy,
            });
        }

        return views;
    }

    private static async Task<Results<Ok<DatasetInfo>, ProblemHttpResult>> GetAsync(
        string dataset, IDatasetCatalog catalog, CancellationToken cancellationToken) =>
        await catalog.FindAsync(dataset, cancellationToken) is { } found ? TypedResults.Ok(found) : NoDataset(dataset);

    private static async Task<Results<Ok<IReadOnlyList<DatasetVersion>>, ProblemHttpResult>> ListVersionsAsync(
        string dataset, int? before, int? limit, IDatasetCatalog catalog, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxVersions)
            return Problems.Invalid($"'limit' is {limit}; it must be from 1 to {MaxVersions}.");
        if (await catalog.FindAsync(dataset, cancellationToken) is null)
            return NoDataset(dataset);
        return TypedResults.Ok(await catalog.ListVersionsAsync(dataset, before, limit ?? UsualVersions, cancellationToken));
    }

    internal static ProblemHttpResult NoDataset(string dataset) => Problems.NotFound($"There is no dataset '{dataset}'.");
}
