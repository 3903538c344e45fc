using System.Collections.Immutable;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;
using Progeny.Gateway.Common;
using Progeny.Grains.Serving;

namespace Progeny.Gateway.Serving;

internal static class PredictApi
{
    public static void MapPredict(this IEndpointRouteBuilder routes)
    {
        var agents = routes.ServiceProvider.GetRequiredService<IOnlineAgents>();
        var bodies = routes.ServiceProvider.GetRequiredService<RequestBodies>();
        var group = routes.MapGroup("/api/projects/{project}").WithTags("Serving").WithMetadata(new HotPath());
        group.MapPost("/predict", (string project, HttpContext context) => PredictAsync(agents, bodies, project, null, context))
            .Accepts<PredictRequest>("application/json").Produces<PredictResponse>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(408).ProducesProblem(410)
            .ProducesProblem(413).ProducesProblem(429).ProducesProblem(503).ProducesProblem(504)
            .WithSummary("Predicts rows given as JSON objects by field name; the rollout chooses the generation.");
        group.MapPost("/versions/{version}/predict", (string project, string version, HttpContext context) =>
                PredictAsync(agents, bodies, project, version, context))
            .Accepts<PredictRequest>("application/json").Produces<PredictResponse>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(408).ProducesProblem(410)
            .ProducesProblem(413).ProducesProblem(429).ProducesProblem(503).ProducesProblem(504)
            .WithSummary("The same with a generation of the caller's choice, release:generation.");
    }

    private static async Task PredictAsync(IOnlineAgents agents, RequestBodies bodies, string project, string? version, HttpContext context)
    {
        try
        {
            // What is refused must cost nothing: before a large body is read.
            if (!RequestBodies.IsSmall(context.Request) && IsFull(agents, project))
                await RefuseAsync(context, ServingError.Overloaded);
            else if (context.Request.Headers.TryGetValue(Deadline.Header, out var header))
                await PredictInTimeAsync(agents, bodies, project, version, context, header.ToString());
            else
                await AnswerAsync(agents, bodies, project, version, context);
        }
        catch (Exception exception) when (!RequestFaults.IsAbort(context, exception))
        {
            await HotPath.HandleAsync(context, exception);
        }
    }

    private static async Task AnswerAsync(IOnlineAgents agents, RequestBodies bodies, string project, string? version, HttpContext context)
    {
        // A body that comes slowly takes no place of the project's.
        using var body = await bodies.ReadAsync(context.Request, context.RequestAborted);
        using var ticket = agents.Enter(project);
        if ((body.Error ?? (ticket.IsRefused ? ServingError.Overloaded : null)) is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        var query = new PredictQuery { Body = body.Memory, Version = version };
        var answer = await agents.PredictAsync(project, query, context.RequestAborted);
        if (!context.RequestAborted.IsCancellationRequested)
            body.Recycle();
        if (answer.Error is { } error)
            await RefuseAsync(context, error);
        else
            JsonAnswer.Write(context.Response, answer, Write);
    }

    private static async Task PredictInTimeAsync(
        IOnlineAgents agents, RequestBodies bodies, string project, string? version, HttpContext context, string header)
    {
        if (Deadline.Read(header, out var deadline) is { } wrong)
        {
            await RefuseAsync(context, wrong);
            return;
        }

        var answer = await Deadline.AskAsync(AskAsync, deadline, TimeProvider.System, context.RequestAborted);
        if (answer.Error is { } error)
            await RefuseAsync(context, error);
        else
            JsonAnswer.Write(context.Response, answer, Write);

        // The query may still be under way when its deadline has passed: it keeps its ticket, and a body of its own.
        async Task<Answer> AskAsync(CancellationToken until)
        {
            using var body = await bodies.ReadOwnAsync(context.Request, until);
            using var ticket = agents.Enter(project);
            if ((body.Error ?? (ticket.IsRefused ? ServingError.Overloaded : null)) is { } refusal)
                return Answer.Refuse(refusal);
            var asked = await agents.PredictAsync(project, new PredictQuery { Body = body.Memory, Version = version }, until);
            if (!until.IsCancellationRequested)
                body.Recycle();
            return asked;
        }
    }

    private static bool IsFull(IOnlineAgents agents, string project)
    {
        using var ticket = agents.Enter(project);
        return ticket.IsRefused;
    }

    private static Task RefuseAsync(HttpContext context, ServingError error)
    {
        ServingProblems.AddRetryAfter(context.Response, error);
        return TypedResults.Problem(ServingProblems.ToProblem(error)).ExecuteAsync(context);
    }

    private static void Write(Utf8JsonWriter writer, Answer answer)
    {
        writer.WriteStartObject();
        var project = answer.Project ?? answer.Generation!.Project;
        writer.WriteString("project"u8, project);
        if (answer.Generation is not null)
            writer.WriteString("version"u8, answer.Generation.VersionIn(project));
        writer.WriteStartArray("predictions"u8);
        for (var row = 0; row < answer.QueryIds.Length; row++)
        {
            writer.WriteStartObject();
            writer.WriteString("query_id"u8, answer.QueryIds[row]);
            if (answer.PartOf(row) is { } part)
                WritePart(writer, part, answer.Generation is null ? project : null);
            PredictionWriter.Write(writer, answer.Prediction!, row);
            if (!answer.Rules.IsEmpty)
                WriteRules(writer, answer.Rules[row]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <param name="project">The project asked, where the row's version is to be told; else null.</param>
    private static void WritePart(Utf8JsonWriter writer, AnswerPart part, string? project)
    {
        if (project is not null)
            writer.WriteString("version"u8, part.Generation.VersionIn(project));
        if (part.FallbackFrom is null)
            return;
        writer.WriteStartObject("fallback"u8);
        writer.WriteString("from"u8, part.FallbackFrom);
        writer.WriteString("why"u8, part.Why);
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
