using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Contracts.Feedback;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Feedback;

internal static class OutcomesApi
{
    private const int MaxOutcomes = 10_000;

    public static void MapOutcomes(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/projects/{project}/outcomes", ReportAsync).WithTags("Feedback").NotAudited()
            .Requires(Permissions.ReportOutcomes)
            .WithSummary(
                "Reports outcomes of queries; repeating a report changes nothing, another value corrects it. As application/x-ndjson: an "
                    + "object a line, as many as there are.")
            .WithProblems(400, 404)
            .AddOpenApiOperationTransformer((operation, context, _) =>
            {
                // Of two endpoints at one address the document can hold one.
                operation.RequestBody!.Content!.TryAdd(
                    "application/x-ndjson",
                    new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(OutcomeReport), context.Document) });
                return Task.CompletedTask;
            });
        routes.MapPost("/api/projects/{project}/outcomes", ReportLinesAsync)
            // without a type the other one is meant
            .Accepts<OutcomeReport>("application/x-ndjson", "application/jsonl").WithMetadata(BodySizeLimit.None).ExcludeFromDescription()
            .NotAudited().Requires(Permissions.ReportOutcomes).WithOrder(1);
    }

    private static async Task<Results<Ok<OutcomeReceipt>, ProblemHttpResult>> ReportAsync(
        string project,
        OutcomesRequest request,
        IClusterClient cluster,
        IOutcomeStore store,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await ManifestAsync(project, cluster, time, cancellationToken) is not { } manifest)
            return Problems.NoProject(project);
        if (request.Outcomes is not { Count: > 0 and <= MaxOutcomes })
        {
            return Problems.Invalid(
                $"'outcomes' must be an array of 1 to {MaxOutcomes} objects like {{\"query_id\": …, \"outcome\": …}}; send more as "
                    + "application/x-ndjson, an object a line.");
        }

        var now = time.GetUtcNow();
        var outcomes = new List<ReportedOutcome>(request.Outcomes.Count);
        for (var i = 0; i < request.Outcomes.Count; i++)
        {
            var (outcome, problem) = OutcomeCheck.Read(request.Outcomes[i], manifest, now);
            if (outcome is null)
                return Problems.Invalid($"outcomes[{i}].{problem}.");
            outcomes.Add(outcome);
        }

        return TypedResults.Ok(await store.ReportAsync(project, outcomes, cancellationToken));
    }

    private static async Task<Results<Ok<OutcomeReceipt>, ProblemHttpResult>> ReportLinesAsync(
        string project,
        HttpContext context,
        IClusterClient cluster,
        IOutcomeStore store,
        IOptions<JsonOptions> json,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await ManifestAsync(project, cluster, time, cancellationToken) is not { } manifest)
            return Problems.NoProject(project);
        var body = context.Request.BodyReader;
        var (stored, line, problem) = await new OutcomeLines(store, manifest, json.Value.SerializerOptions, time).StoreAsync(
            body, cancellationToken);
        if (problem is null)
            return TypedResults.Ok(stored);

        // Who still sends hears nothing; the answer is read when all is sent.
        await body.CopyToAsync(Stream.Null, cancellationToken);
        return TypedResults.Problem(
            statusCode: StatusCodes.Status400BadRequest,
            title: "Invalid request",
            detail: $"Line {line}: {problem}. The lines before it are stored; send it corrected with those behind it, or all again.",
            extensions: new Dictionary<string, object?> { ["line"] = line, ["stored"] = stored });
    }

    private static Task<Manifest?> ManifestAsync(
        string project, IClusterClient cluster, TimeProvider time, CancellationToken cancellationToken) => Repeated.ReadAsync(
        async () =>
        {
            if (await cluster.GetGrain<IProjectGrain>(project).Get() is not { } info)
                return null;
            var release = await cluster.GetGrain<IReleaseGrain>($"{project}@{info.Releases[^1]}").Get();
            return ManifestCache.Of(release!);
        },
        time,
        cancellationToken);
}
