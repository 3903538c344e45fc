using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Core.Datasets;
using Progeny.Core.Releases;
using Progeny.Core.Security;
using Progeny.Core.Training;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Releases;

internal static class GenerationsApi
{
    public static void MapGenerations(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects/{project}/generations").WithTags("Generations").WithProblems(404)
            .Requires(Permissions.Read);
        group.MapGet("/", ListAsync).WithSummary("All generations of all releases, oldest first.");
        group.MapGet("/{version}", GetAsync).WithSummary("One generation: assets, lineage, evaluation, stage.");
        group.MapGet("/{version}/model", DownloadAsync).Produces<Stream>(200, "application/octet-stream").Requires(Permissions.Develop)
            .WithSummary("The ONNX model.");
        group.MapGet("/{version}/data", DownloadDataAsync).WithProblems(400).Produces<Stream>(200, "application/octet-stream")
            .Requires(Permissions.ReadData)
            .WithSummary("The rows that it was trained on, as Parquet or (format=csv) as the data.csv that the trainer was given.");
    }

    private static async Task<Results<Ok<IEnumerable<GenerationInfo>>, ProblemHttpResult>> ListAsync(string project, IClusterClient cluster)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is not { } info)
            return Problems.NoProject(project);
        var lists = await Task.WhenAll(
            info.Releases.Select(release => cluster.GetGrain<IReleaseGrain>($"{project}@{release}").ListGenerations()));
        return TypedResults.Ok(lists.SelectMany(list => list));
    }

    private static async Task<Results<Ok<GenerationInfo>, ProblemHttpResult>> GetAsync(
        string project, string version, IClusterClient cluster) =>
        await FindAsync(project, version, cluster) is { } info ? TypedResults.Ok(info) : Missing(project, version);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadAsync(
        string project, string version, IClusterClient cluster, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if (await FindAsync(project, version, cluster) is not { } info)
            return Missing(project, version);
        var stream = await artifacts.OpenAsync(info.Assets.Model, cancellationToken);
        return TypedResults.Stream(stream, "application/octet-stream", $"{project}-{version.Replace(':', '-')}.onnx");
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadDataAsync(
        string project,
        string version,
        IClusterClient cluster,
        IArtifactStore artifacts,
        ITrainingSnapshots snapshots,
        CancellationToken cancellationToken,
        string format = "parquet")
    {
        if (format is not ("parquet" or "csv"))
            return Problems.Invalid($"format is '{format}'; parquet or csv would be right.");
        if (await FindAsync(project, version, cluster) is not { } info)
            return Missing(project, version);
        if (info.Lineage.Snapshot is not { } digest)
            return Problems.NotFound(MissingSnapshot.Describe(info));
        var name = $"{project}-{version.Replace(':', '-')}.{format}";
        var parquet = await artifacts.OpenAsync(digest, cancellationToken);
        return format == "parquet"
            ? TypedResults.Stream(parquet, "application/vnd.apache.parquet", name)
            : TypedResults.Stream(await ToCsvAsync(parquet, snapshots, cancellationToken), "text/csv", name);
    }

    private static async Task<Stream> ToCsvAsync(Stream parquet, ITrainingSnapshots snapshots, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("progeny-rows-").FullName;
        try
        {
            var (from, to) = (Path.Combine(folder, "rows.parquet"), Path.Combine(folder, "rows.csv"));
            await using (parquet)
            await using (var copy = File.Create(from))
                await parquet.CopyToAsync(copy, cancellationToken);
            await snapshots.RestoreAsync(from, to, cancellationToken);
            // Its name is gone at once; the contents are gone when the answer is sent.
            return new FileStream(to, FileMode.Open, FileAccess.Read, FileShare.Delete);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<GenerationInfo?> FindAsync(string project, string version, IClusterClient cluster) =>
        GenerationReference.TryParse(project, version, out var reference)
            ? await cluster.GetGrain<IGenerationGrain>(reference.ToString()).Get()
            : null;

    private static ProblemHttpResult Missing(string project, string version) =>
        Problems.NotFound($"'{project}' has no generation '{version}'; a version looks like '1.2.0:3' (release:generation).");
}
