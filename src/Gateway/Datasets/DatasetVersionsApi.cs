using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;
using Progeny.Storage.Datasets.Lake;
using Progeny.Storage.Datasets.Reading;

namespace Progeny.Gateway.Datasets;

internal static class DatasetVersionsApi
{
    private const string Latest = "latest";
    private const int MaxRows = 10_000;
    private const int UsualRows = 100;

    /// <param name="group">That of <c>/api/datasets</c>.</param>
    public static void MapDatasetVersions(this IEndpointRouteBuilder group)
    {
        group.MapGet("/{dataset}/rows", GetNewestRowsAsync).WithProblems(400, 404, 409).Requires(Permissions.ReadData, AccessScope.Dataset)
            .WithSummary("Rows of the newest version and those appended since, as SQL over datasets has them: the first ones, or from offset on.");
        group.MapGet("/{dataset}/versions/{version}", GetAsync).WithProblems(404)
            .WithSummary("One version, by its number or as 'latest': where it came from, columns, rows, what was assumed when it was "
                + "read.");
        group.MapGet("/{dataset}/versions/{version}/content", GetContentAsync).Produces<Stream>(200, "application/octet-stream")
            .WithProblems(404).Requires(Permissions.ReadData, AccessScope.Dataset).WithSummary("The file of a version as it was sent.");
        group.MapGet("/{dataset}/versions/{version}/rows", GetRowsAsync).WithProblems(400, 404, 409)
            .Requires(Permissions.ReadData,
                AccessScope.Dataset).WithSummary("Rows of a version as JSON objects: the first ones, or from offset on.");
        group.MapGet("/{dataset}/versions/{version}/profile", GetProfileAsync).WithProblems(404, 409)
            .Requires(Permissions.ReadData, AccessScope.Dataset)
            .WithSummary("The profile of a version: nulls, distinct values, ranges, quantiles, frequent values; made when it is asked for "
                + "first.");
        group.MapGet("/{dataset}/compare", CompareAsync).WithProblems(400, 404, 409).Requires(Permissions.ReadData, AccessScope.Dataset)
            .WithSummary("How a version differs from another one: rows, columns, distributions.");
    }

    private static async Task<Results<Ok<DatasetVersion>, ProblemHttpResult>> GetAsync(
        string dataset, string version, IDatasetCatalog catalog, CancellationToken cancellationToken) =>
        await FindAsync(catalog, dataset, version, cancellationToken) is { } found ? TypedResults.Ok(found) : Missing(dataset, version);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetContentAsync(
        string dataset, string version, IDatasetCatalog catalog, IDataArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if (await FindAsync(catalog, dataset, version, cancellationToken) is not { } found)
            return Missing(dataset, version);
        if (found.State == DatasetState.Removed)
            return Removed(found);
        if (found.Digest is null)
            return Problems.NotFound($"Version {found.Version} of '{dataset}' was not made of a file; read its rows.");
        var name = Path.GetFileName(found.Source) is { Length: > 0 } source ? source : $"{dataset}-{found.Version}";
        return TypedResults.Stream(await artifacts.OpenAsync(found.Digest, cancellationToken), "application/octet-stream", name);
    }

    private static async Task<Results<Ok<DatasetRowsView>, ProblemHttpResult>> GetNewestRowsAsync(
        string dataset, long? offset, int? limit, NewestRows newest, CancellationToken cancellationToken)
    {
        if (Problem(offset, limit) is { } problem)
            return problem;
        try
        {
            return await newest.ReadAsync(dataset, offset ?? 0, limit ?? UsualRows, cancellationToken) is { } read
                ? TypedResults.Ok(new DatasetRowsView(read.Total, offset ?? 0, read.Rows))
                : DatasetsApi.NoDataset(dataset);
        }
        catch (LakeException exception)
        {
            return NoTable(exception.Message);
        }
    }

    private static async Task<Results<Ok<DatasetRowsView>, ProblemHttpResult>> GetRowsAsync(
        string dataset,
        string version,
        long? offset,
        int? limit,
        IDatasetCatalog catalog,
        IDatasetReader reader,
        CancellationToken cancellationToken)
    {
        if (Problem(offset, limit) is { } wrong)
            return wrong;
        var (found, problem) = await FindTableAsync(catalog, dataset, version, cancellationToken);
        if (found is null)
            return problem!;
        var rows = await reader.ReadRowsAsync(found, offset ?? 0, limit ?? UsualRows, cancellationToken);
        return TypedResults.Ok(new DatasetRowsView(found.Rows ?? 0, offset ?? 0, rows));
    }

    private static async Task<Results<Ok<DatasetProfile>, ProblemHttpResult>> GetProfileAsync(
        string dataset,
        string version,
        IDatasetCatalog catalog,
        IDatasetReader reader,
        IDatasetTail tail,
        CancellationToken cancellationToken)
    {
        await FlushAsync(tail, version, dataset, cancellationToken);
        var (found, problem) = await FindTableAsync(catalog, dataset, version, cancellationToken);
        return found is null ? problem! : TypedResults.Ok(await reader.ProfileAsync(found, cancellationToken));
    }

    private static async Task<Results<Ok<ProfileComparison>, ProblemHttpResult>> CompareAsync(
        string dataset,
        string? from,
        string? to,
        IDatasetCatalog catalog,
        IDatasetReader reader,
        IDatasetTail tail,
        CancellationToken cancellationToken)
    {
        await FlushAsync(tail, to ?? Latest, dataset, cancellationToken);
        var (after, problem) = await FindTableAsync(catalog, dataset, to ?? Latest, cancellationToken);
        if (after is null)
            return problem!;
        if (from is null && after.Version == 1)
            return Problems.Invalid("There is no version before 1; 'from' names the one to compare with.");
        (var before, problem) = await FindTableAsync(
            catalog, dataset, from ?? (after.Version - 1).ToString(CultureInfo.InvariantCulture), cancellationToken);
        return before is null
            ? problem!
            : TypedResults.Ok(ProfileComparison.Of(
                await reader.ProfileAsync(before, cancellationToken), await reader.ProfileAsync(after, cancellationToken)));
    }

    private static async Task<(DatasetVersion? Version, ProblemHttpResult? Problem)> FindTableAsync(
        IDatasetCatalog catalog, string dataset, string version, CancellationToken cancellationToken)
    {
        if (await FindAsync(catalog, dataset, version, cancellationToken) is not { } found)
            return (null, Missing(dataset, version));
        if (found.State == DatasetState.Removed)
            return (null, Removed(found));
        return found.IsTable
            ? (found, null)
            : (null, NoTable($"Version {found.Version} of '{dataset}' is no table. {found.Note}"));
    }

    /// <summary>Has rows that wait be part of the newest version: what is asked of it is kept by its number.</summary>
    private static Task FlushAsync(IDatasetTail tail, string version, string dataset, CancellationToken cancellationToken) =>
        version == Latest ? tail.FlushAsync(dataset, cancellationToken) : Task.CompletedTask;

    private static ProblemHttpResult? Problem(long? offset, int? limit) =>
        limit is < 1 or > MaxRows ? Problems.Invalid($"'limit' is {limit}; it must be from 1 to {MaxRows}.")
        : offset is < 0 ? Problems.Invalid($"'offset' is {offset}; it must be at least 0.")
        : null;

    private static ProblemHttpResult NoTable(string detail) =>
        TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: "No table", detail: detail);

    internal static async Task<DatasetVersion?> FindAsync(
        IDatasetCatalog catalog, string dataset, string version, CancellationToken cancellationToken)
    {
        if (version == Latest)
        {
            return await catalog.FindAsync(dataset, cancellationToken) is { } info
                ? await catalog.FindVersionAsync(dataset, null, cancellationToken)
                    ?? await catalog.FindVersionAsync(dataset, info.Latest, cancellationToken)
                : null;
        }

        return int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? await catalog.FindVersionAsync(dataset, number, cancellationToken)
            : null;
    }

    internal static ProblemHttpResult Missing(string dataset, string version) =>
        Problems.NotFound(
            version == Latest
                ? $"There is no dataset '{dataset}', or it has no version yet; GET /api/datasets/{dataset}/rows reads appended rows at once."
                : $"There is no version {Problems.Quoted(version)} of a dataset '{dataset}'; a version is a number, or '{Latest}'.");

    private static ProblemHttpResult Removed(DatasetVersion version) =>
        Problems.NotFound($"The contents of version {version.Version} of '{version.Dataset}' were removed.");
}
