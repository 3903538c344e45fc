using Microsoft.AspNetCore.StaticFiles;
using Progeny.Core.Releases;
using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Tracking;

/// <summary>Artifacts through the proxy: their files lie in the artifact store.</summary>
internal static class ArtifactsApi
{
    private const string Root = "/api/2.0/mlflow-artifacts";
    private const string Scheme = Experiment.ArtifactScheme;
    private const long MaxArtifactBytes = 64L << 30;

    // By the beginning of this text the client knows that it must send the file as a whole.
    private const string NoMultipart = "Multipart upload is not supported for the current artifact repository: send the file as a whole.";

    private static readonly FileExtensionContentTypeProvider _types = new();

    public static void MapArtifacts(this IEndpointRouteBuilder routes)
    {
        routes.Reads("GET", $"{Root}/artifacts", ListAsync);
        routes.MapGet($"{Root}/artifacts/{{**path}}", TrackingEndpoints.Guarded(GetAsync)).Requires(Permissions.Read, AccessScope.Experiment);
        routes.MapPut($"{Root}/artifacts/{{**path}}", TrackingEndpoints.Guarded(PutAsync)).WithMetadata(BodySizeLimit.None)
            .Requires(Permissions.Develop, AccessScope.Experiment).NotAudited();
        routes.Changes("DELETE", $"{Root}/artifacts/{{**path}}", "artifact.delete", DeleteAsync);
        foreach (var step in new[] { "create", "complete", "abort" })
        {
            routes.Logs("POST", $"{Root}/mpu/{step}/{{**path}}", _ => throw new TrackingException(TrackingError.NotImplemented, NoMultipart));
        }

        routes.Reads("GET", "/api/2.0/mlflow/artifacts/list", ListOfRunAsync);
    }

    /// <summary>The files and folders below the artifacts of a run or a model, with paths from there.</summary>
    internal static async Task<FilesAnswer> ListBelowAsync(TrackingCall call, string root, string? below)
    {
        if (!root.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw TrackingException.Invalid(
                $"The artifacts are at '{root}', which this server does not read; it lists what lies in its own artifact store.");
        }

        var folder = TrackingChecks.ArtifactPath(root[Scheme.Length..]);
        var path = TrackingChecks.ArtifactPath(below);
        var entries = await call.Service<IArtifactIndex>().ListAsync(path.Length == 0 ? folder : $"{folder}/{path}", call.Aborted);
        return new FilesAnswer(
            [.. entries.Select(entry => path.Length == 0 ? entry : entry with { Path = $"{path}/{entry.Path}" })], root);
    }

    private static async Task<object> ListAsync(TrackingCall call)
    {
        var path = TrackingChecks.ArtifactPath(call.Text("path"));
        await call.Access.CheckArtifactAsync(call, Permissions.Read, path);
        return new FilesAnswer(await call.Service<IArtifactIndex>().ListAsync(path, call.Aborted));
    }

    private static async Task<object> ListOfRunAsync(TrackingCall call)
    {
        var runId = call.RunId();
        await call.Access.CheckRunAsync(call, Permissions.Read, runId);
        var run = await call.Service<IRunStore>().FindAsync(runId, call.Aborted) ?? throw TrackingException.NoRun(runId);
        return await ListBelowAsync(call, run.Info.ArtifactUri, call.Text("path"));
    }

    private static async Task GetAsync(HttpContext context)
    {
        var (call, path) = Path(context);
        await call.Access.CheckArtifactAsync(call, Permissions.Read, path);
        var found = await call.Service<IArtifactIndex>().FindAsync(path, call.Aborted)
            ?? throw TrackingException.Missing($"There is no artifact '{path}'.");
        var name = path[(path.LastIndexOf('/') + 1)..];
        await TypedResults.Stream(
            await call.Service<IArtifactStore>().OpenAsync(found.Digest, call.Aborted),
            _types.TryGetContentType(name, out var type) ? type : "application/octet-stream",
            name).ExecuteAsync(context);
    }

    private static async Task PutAsync(HttpContext context)
    {
        var (call, path) = Path(context);
        await call.Access.CheckArtifactAsync(call, Permissions.Develop, path);
        await using var body = new MeasuredStream(context.Request.Body);
        var digest = await call.Service<IArtifactStore>().PutAsync(body, MaxArtifactBytes, call.Aborted);
        await call.Service<IArtifactIndex>().PutAsync(path, digest, body.BytesRead, call.Aborted);
        await TrackingEndpoints.WriteAsync(context, EmptyAnswer.Instance);
    }

    private static async Task<object> DeleteAsync(TrackingCall call)
    {
        var (_, path) = Path(call.Context);
        await call.Access.CheckArtifactAsync(call, Permissions.Develop, path);
        if (await call.Service<IArtifactIndex>().DeleteAsync(path, call.Aborted) == 0)
            throw TrackingException.Missing($"There is no artifact '{path}'.");
        return EmptyAnswer.Instance;
    }

    private static (TrackingCall Call, string Path) Path(HttpContext context)
    {
        var path = TrackingChecks.ArtifactPath(context.Request.RouteValues["path"] as string);
        return path.Length > 0
            ? (new TrackingCall(context, default), path)
            : throw TrackingException.Invalid("Invalid path: it must name an artifact.");
    }
}
