using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Contracts.QueryLog;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.QueryLog;

internal static class EraseApi
{
    private const int MaxEntity = 1_024;

    // A client waits for no longer; what is left is done by the next request.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly string[] Kept =
    [
        "models, and states of trainers, that learned from the records: they stay as they are until a generation that was trained since "
            + "takes their place",
        "rows of trainings that were kept with generations (progeny model data), and datasets whose tables call the entity otherwise",
        "packages of releases with files of rows, and the sources behind feeds: remove the entity there before the next training",
        "counts, histograms and figures of windows, which do not say whose they are",
        "what was sent elsewhere: taps, exported logs and traces, backups",
    ];

    public static void MapErase(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/projects/{project}/erase", EraseAsync).WithTags("Queries").WithProblems(400, 404, 409)
            .Requires(Permissions.Administer)
            .WithSummary(
                "Removes the records, outcomes, scores and rows of datasets of an entity for good; says what cannot be removed. Of a long log in several "
                    + "requests.");

    private static async Task<Results<Ok<EraseResult>, ProblemHttpResult>> EraseAsync(
        string project,
        EraseRequest request,
        CurrentCaller caller,
        IClusterClient cluster,
        IQueryErasure erasure,
        IScoreStore scores,
        QueryFinder log,
        DatasetEraser datasets,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (request.Entity is not { Length: > 0 and <= MaxEntity } entity)
            return Problems.Invalid($"'entity' must name the entity to be erased, with at most {MaxEntity} characters.");
        if (DecisionWords.Problem(request.By, request.Reason) is { } problem)
            return Problems.Invalid(problem);
        if (request.From is < 0)
            return Problems.Invalid($"'from' is {request.From}; it must be what the answer before said ('next').");
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is not { } info)
            return Problems.NoProject(project);
        var manifest = ManifestCache.Of((await cluster.GetGrain<IReleaseGrain>($"{project}@{info.Releases[^1]}").Get())!);
        if (Refusal(erasure, manifest) is { } refusal)
            return TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: "Cannot be erased", detail: refusal);

        var note = new ErasureNote(time.GetUtcNow(), caller.By(request.By) ?? caller.Caller.Name);
        caller.SetAudit(null, new { Entity = erasure.MarkOf(project, entity), request.Reason }, "entity");
        await log.FlushAsync(cancellationToken);
        var started = time.GetTimestamp();
        var (records, outcomes, removed) = (0L, 0L, 0L);
        List<ErasedDataset> erased = [];
        long? next = request.From ?? 0;
        do
        {
            // What is begun is brought to an end: an audit log that says less than was removed would be wrong.
            if (next >= DatasetEraser.Begin)
            {
                (var dataset, next) = await datasets.EraseAsync(manifest, entity, next.Value, note, CancellationToken.None);
                if (dataset is not null)
                    erased.Add(dataset);
            }
            else
            {
                var part = await erasure.EraseAsync(
                    project,
                    entity,
                    next.Value,
                    note,
                    async (ids, token) => removed += await scores.EraseAsync(project, ids, token),
                    CancellationToken.None);
                (records, outcomes, next) = (records + part.Records, outcomes + part.Outcomes, part.Next ?? DatasetEraser.Begin);
            }

            caller.SetAudit(
                null,
                new { Entity = erasure.MarkOf(
                    project, entity), request.Reason, records, outcomes, Scores = removed, Datasets = erased, Complete = next is null },
                "entity");
        }
        while (next is not null && time.GetElapsedTime(started) < Limit && !cancellationToken.IsCancellationRequested);

        var remains = next is null ? await erasure.CompactAsync(cancellationToken) : "the databases' files: until the erasure is complete";
        if (erased.Count > 0)
            remains = remains is null ? datasets.Remains() : $"{remains}; {datasets.Remains()}";
        return TypedResults.Ok(
            new EraseResult(
                project, erasure.MarkOf(project, entity), next is null, next, records, outcomes, removed, erased, remains, Kept));
    }

    private static string? Refusal(IQueryErasure erasure, Manifest manifest) => manifest.Entity switch
    {
        null => $"'{manifest.Name}' has no entity (the key 'entity' of its manifest), by which records could be found.",
        var entity when manifest.Serving.Redact.Contains(entity) =>
            $"The entity of '{manifest.Name}', '{entity}', is redacted (serving.redact): no record says whose it is, so none can be found.",
        _ when !erasure.IsPossible =>
            "The nodes have no secret, with which they remember what was erased without its name: set Security:PepperFile.",
        _ => null,
    };
}
