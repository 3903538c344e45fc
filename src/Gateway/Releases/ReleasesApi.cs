using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Core.Releases;
using Progeny.Core.Releases.Packages;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Releases;

internal static class ReleasesApi
{
    // The package's own limit takes the place of the one for queries.
    private static readonly long MaxBytes = PackageLimits.Default.MaxTotalBytes;

    public static void MapReleases(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects/{project}/releases").WithTags("Releases").Requires(Permissions.Read);
        group.MapPost("/", PublishAsync).Accepts<Stream>("application/zip").WithMetadata(new BodySizeLimit(MaxBytes))
            .WithProblems(400, 403, 409, 413).Requires(Permissions.Develop)
            .WithSummary("Publishes a package (progeny project release makes one); its version must be greater than all before.");
        group.MapGet("/", ListAsync).WithProblems(404).WithSummary("The releases, lowest version first.");
        group.MapGet("/{release}", GetAsync).WithProblems(404).WithSummary("One release with its manifest.");
        group.MapGet("/{release}/package", DownloadAsync).Produces<Stream>(200, "application/zip").WithProblems(404)
            .Requires(Permissions.Develop)
            .WithSummary("The package as it was published.");
    }

    private static async Task<Created<ReleaseInfo>> PublishAsync(
        string project,
        HttpContext context,
        CurrentCaller caller,
        IClusterClient cluster,
        IArtifactStore artifacts,
        CancellationToken cancellationToken)
    {
        var ticket = await artifacts.StageAsync(context.Request.Body, MaxBytes, cancellationToken);
        try
        {
            var release = await cluster.GetGrain<IProjectGrain>(project).Publish(ticket, caller.ToPublisher());
            context.SetAudit(null, new { release.Version, release.PackageDigest }, $"release {release.Version}");
            return TypedResults.Created($"/api/projects/{project}/releases/{release.Version}", release);
        }
        finally
        {
            // What was refused leaves nothing.
            await artifacts.DropAsync(ticket, CancellationToken.None);
        }
    }

    private static async Task<Results<Ok<IEnumerable<ReleaseInfo>>, ProblemHttpResult>> ListAsync(string project, IClusterClient cluster)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is not { } info)
            return Problems.NoProject(project);
        var releases = await Task.WhenAll(info.Releases.Select(version => cluster.GetGrain<IReleaseGrain>($"{project}@{version}").Get()));
        return TypedResults.Ok(releases.OfType<ReleaseInfo>());
    }

    private static async Task<Results<Ok<ReleaseInfo>, ProblemHttpResult>> GetAsync(
        string project, string release, IClusterClient cluster) =>
        await FindAsync(project, release, cluster) is { } info ? TypedResults.Ok(info) : Missing(project, release);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadAsync(
        string project, string release, IClusterClient cluster, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if (await FindAsync(project, release, cluster) is not { } info)
            return Missing(project, release);
        var stream = await artifacts.OpenAsync(info.PackageDigest, cancellationToken);
        return TypedResults.Stream(stream, "application/zip", $"{project}-{release}.zip");
    }

    private static Task<ReleaseInfo?> FindAsync(string project, string release, IClusterClient cluster) =>
        cluster.GetGrain<IReleaseGrain>($"{project}@{release}").Get();

    private static ProblemHttpResult Missing(string project, string release) =>
        Problems.NotFound($"'{project}' has no release {release}.");
}
