using Progeny.Abstractions.Lifecycle;
using Progeny.Core.Feedback;
using Progeny.Core.Lifecycle;
using Progeny.Core.Serving;
using Progeny.Gateway.Hosting;

namespace Progeny.Gateway.Feedback;

internal static class OutcomesApi
{
    private const int MostOutcomes = 10_000;

    public static void MapOutcomes(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/projects/{project}/outcomes", ReportAsync).WithTags("Feedback")
            .WithSummary("Reports outcomes of queries; repeating a report changes nothing, another value corrects it.")
            .Produces<OutcomeReceipt>().ProducesProblem(400).ProducesProblem(404);
    }

    private static async Task<IResult> ReportAsync(
        string project, OutcomesRequest request, IClusterClient cluster, IOutcomeStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is not { } info)
            return Problems.NoProject(project);
        if (request.Outcomes is not { Count: > 0 and <= MostOutcomes })
            return Problems.Invalid($"'outcomes' must be an array of 1 to {MostOutcomes} objects like {{\"query_id\": …, \"outcome\": …}}.");

        var release = await cluster.GetGrain<IReleaseGrain>($"{project}@{info.Releases[^1]}").Get();
        var manifest = ManifestParser.ParseOrThrow(release!.Manifest);
        var now = time.GetUtcNow();
        var outcomes = new List<ReportedOutcome>(request.Outcomes.Count);
        for (var i = 0; i < request.Outcomes.Count; i++)
        {
            var report = request.Outcomes[i];
            if (report?.QueryId is not { Length: > 0 and <= QueryRowsReader.MostRowIdCharacters })
                return Problems.Invalid($"outcomes[{i}].query_id must be a text of 1 to {QueryRowsReader.MostRowIdCharacters} characters: the id that the query's answer carries.");
            var (value, problem) = OutcomeValues.Read(manifest, report.Outcome);
            if (value is null)
                return Problems.Invalid($"outcomes[{i}].outcome: {problem}.");
            outcomes.Add(new ReportedOutcome(report.QueryId, value, report.ObservedAt, now));
        }

        return TypedResults.Ok(await store.ReportAsync(project, outcomes, cancellationToken));
    }
}
