using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Training;
using Progeny.Contracts.Apply;
using Progeny.Core.Apply;
using Progeny.Core.Releases;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Apply;

internal static class ApplyApi
{
    private const string FilePrefix = "file:";
    private const string FeedPrefix = "feed:";
    private const Permissions Results = Permissions.Develop | Permissions.ReadData;

    public static void MapApply(this IEndpointRouteBuilder routes)
    {
        var limit = routes.ServiceProvider.GetRequiredService<ApplyOptions>().MaxFileBytes;
        var project = routes.MapGroup("/api/projects/{project}/apply").WithTags("Apply").WithProblems(400, 404).Requires(Results);
        project.MapPost("/", StartAsync).WithProblems(403, 409).Audited("apply.start")
            .WithSummary("Starts a job that applies a generation to all rows of a dataset, of a feed's query or of a file that was sent.");
        project.MapPost("/files", SendAsync).Accepts<Stream>("application/octet-stream").WithMetadata(new BodySizeLimit(limit))
            .WithProblems(413).Audited("apply.send")
            .WithSummary("Takes in a file for one batch apply: Parquet, CSV, TSV, JSON or NDJSON, also with gzip or zstd.");
        var job = routes.MapGroup("/api/jobs/{job}/apply").WithTags("Apply").WithProblems(404).Requires(Results, AccessScope.Job);
        job.MapGet("/", GetAsync).Requires(Permissions.Read, AccessScope.Job)
            .WithSummary("What a batch apply made, once it has succeeded: rows, predictions, bad rows, where they are.");
        job.MapGet("/output", DownloadAsync).Produces<Stream>(200, "application/octet-stream")
            .WithSummary("The predictions of a batch apply whose output is a file.");
        job.MapGet("/bad-rows", DownloadBadAsync).Produces<Stream>(200, "application/x-ndjson")
            .WithSummary("The rows that have no prediction, a line of JSON each: the row's number and the reason.");
    }

    private static async Task<Results<Accepted<JobInfo>, ProblemHttpResult>> StartAsync(
        string project,
        ApplyStartRequest request,
        CurrentCaller caller,
        IClusterClient cluster,
        IDataArtifactStore artifacts,
        CancellationToken cancellationToken)
    {
        if (request.Input is not { } input || request.Output is not { } output)
            return Problems.Invalid("The body lacks 'input' (dataset:NAME, feed:NAME, or what the upload of a file gave) or 'output'.");
        if (DecisionWords.Problem(request.By, null) is { } problem)
            return Problems.Invalid(problem);
        if (ApplyChecks.DatasetOf(input) is { } read && caller.Refusal(Permissions.ReadData, read, $"the input '{input}'") is { } unread)
            return unread;
        if (ApplyChecks.DatasetOf(output) is { } written
            && caller.Refusal(Permissions.Develop, written, $"the output '{output}'") is { } unwritten)
            return unwritten;
        foreach (var place in new[] { input, output }.Where(place => place.StartsWith(FeedPrefix, StringComparison.Ordinal)))
        {
            if (caller.Refusal(Permissions.UseFeeds, project, $"'{place}'") is { } unused)
                return unused;
        }

        if (input.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            try
            {
                input = FilePrefix + await artifacts.KeepAsync(input[FilePrefix.Length..], cancellationToken);
            }
            catch (Exception exception) when (exception is ArtifactMissingException or ArgumentException)
            {
                return Problems.Invalid("'input' names no file that was sent, or one that was applied to before; send it (again).");
            }
        }

        var job = await cluster.GetGrain<IProjectGrain>(project).StartJob(new JobRequest
        {
            Kind = JobKind.Apply,
            Version = request.Version,
            By = caller.By(request.By),
            Apply = new ApplyRequest
            {
                Input = input,
                Query = request.Query,
                FileName = request.FileName,
                Output = output,
                Keep = request.Keep,
                MaxBadRows = request.MaxBadRows,
                Log = request.Log,
            },
        });
        caller.SetAudit(null, new { job.Id, request.Input, request.Output, job.Request.Version }, $"job {job.Id}");
        return TypedResults.Accepted($"/api/jobs/{job.Id}", job);
    }

    private static async Task<Results<Ok<SentFile>, ProblemHttpResult>> SendAsync(
        string project,
        HttpContext context,
        IClusterClient cluster,
        IDataArtifactStore artifacts,
        ApplyOptions options,
        CancellationToken cancellationToken)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        var ticket = await artifacts.StageAsync(context.Request.Body, options.MaxFileBytes, cancellationToken);
        return TypedResults.Ok(new SentFile(FilePrefix + ticket));
    }

    private static async Task<Results<Ok<ApplyReport>, ProblemHttpResult>> GetAsync(
        string job, IApplyLedger ledger, CancellationToken cancellationToken) =>
        await ReportAsync(job, ledger, cancellationToken) is { } report ? TypedResults.Ok(report) : Missing(job);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadAsync(
        string job, IApplyLedger ledger, IDataArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if (await ReportAsync(job, ledger, cancellationToken) is not { } report)
            return Missing(job);
        return report.File is { } digest
            ? TypedResults.Stream(await artifacts.OpenAsync(digest, cancellationToken), "application/octet-stream", report.FileName)
            : Problems.NotFound($"The predictions of job '{job}' are in {report.Output}.");
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadBadAsync(
        string job, IApplyLedger ledger, IDataArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if (await ReportAsync(job, ledger, cancellationToken) is not { } report)
            return Missing(job);
        var stream = report.Bad is { } digest ? await artifacts.OpenAsync(digest, cancellationToken) : Stream.Null;
        return TypedResults.Stream(stream, "application/x-ndjson", $"bad-rows-{job}.ndjson");
    }

    private static async Task<ApplyReport?> ReportAsync(string job, IApplyLedger ledger, CancellationToken cancellationToken) =>
        (await ledger.FindPlanAsync(job, cancellationToken))?.Report;

    private static ProblemHttpResult Missing(string job) =>
        Problems.NotFound($"Job '{job}' is no batch apply that has succeeded; GET /api/jobs/{job} says what it is.");
}
