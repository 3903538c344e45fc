using System.Collections.Immutable;
using System.Text.Json;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving;
using Progeny.Grains.Serving;

namespace Progeny.Gateway.Serving;

internal static class PredictApi
{
    public static void MapPredict(this IEndpointRouteBuilder routes)
    {
        var agents = routes.ServiceProvider.GetRequiredService<IOnlineAgents>();
        var group = routes.MapGroup("/api/projects/{project}").WithTags("Serving").WithMetadata(new HotPath());
        group.MapPost("/predict", (string project, HttpContext context) => PredictAsync(agents, project, null, context))
            .Accepts<PredictRequest>("application/json").Produces<PredictResponse>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409)
            .WithSummary("Predicts rows given as JSON objects by field name; the rollout chooses the generation.");
        group.MapPost("/versions/{version}/predict", (string project, string version, HttpContext context) =>
                PredictAsync(agents, project, version, context))
            .Accepts<PredictRequest>("application/json").Produces<PredictResponse>().ProducesProblem(400).ProducesProblem(404)
            .WithSummary("The same with a generation of the caller's choice, release:generation.");
    }

    private static async Task PredictAsync(IOnlineAgents agents, string project, string? version, HttpContext context)
    {
        try
        {
            using var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
            var query = new PredictQuery { Body = body.Memory, Version = version };
            var answer = await agents.PredictAsync(project, query, context.RequestAborted);
            if (answer.Error is { } error)
                await TypedResults.Problem(ServingProblems.ToProblem(error)).ExecuteAsync(context);
            else
                JsonAnswer.Write(context.Response, answer, Write);
        }
        catch (Exception exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await HotPath.HandleAsync(context, exception);
        }
    }

    private static void Write(Utf8JsonWriter writer, Answer answer)
    {
        writer.WriteStartObject();
        writer.WriteString("project"u8, answer.Generation!.Project);
        writer.WriteString("version"u8, answer.Generation.Version);
        writer.WriteStartArray("predictions"u8);
        for (var row = 0; row < answer.QueryIds.Length; row++)
        {
            writer.WriteStartObject();
            writer.WriteString("query_id"u8, answer.QueryIds[row]);
            PredictionWriter.Write(writer, answer.Prediction!, row);
            if (!answer.Rules.IsEmpty)
                WriteRules(writer, answer.Rules[row]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter writer, ImmutableArray<string> names)
    {
        if (names.IsEmpty)
            return;
        writer.WriteStartArray("rules"u8);
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
