using System.Diagnostics;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Contracts.Serving;
using Progeny.Core.Security;
using Progeny.Core.Serving.Requests;
using Progeny.Gateway.Common;
using Progeny.Grains.Serving;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Serving;

internal static class PredictApi
{
    public static void MapPredict(this IEndpointRouteBuilder routes)
    {
        var agents = routes.ServiceProvider.GetRequiredService<IOnlineAgents>();
        var bodies = routes.ServiceProvider.GetRequiredService<RequestBodies>();
        var group = routes.MapGroup("/api/projects/{project}").WithTags("Serving").WithMetadata(new HotPath()).NotAudited()
            .Requires(Permissions.Predict)
            .WithProblems(400, 404, 408, 409, 410, 413, 429, 503, 504);
        group.MapPost("/predict", (string project, HttpContext context) => PredictAsync(agents, bodies, project, null, context))
            .Accepts<PredictRequest>("application/json").Produces<PredictResponse>()
            .WithSummary("Predicts rows given as JSON objects by field name; the rollout chooses the generation.");
        group.MapPost("/versions/{version}/predict", (string project, string version, HttpContext context) =>
                PredictAsync(agents, bodies, project, version, context))
            .Requires(Permissions.Predict | Permissions.ChooseVersion).Accepts<PredictRequest>("application/json")
            .Produces<PredictResponse>()
            .WithSummary("The same with a generation of the caller's choice, release:generation.");
    }

    private static async Task PredictAsync(IOnlineAgents agents, RequestBodies bodies, string project, string? version, HttpContext context)
    {
        try
        {
            // What is refused must cost nothing: before a large body is read.
            if (!RequestBodies.IsSmall(context.Request) && agents.IsFull(project))
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
        if (body.Error is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        using var answer = await agents.PredictAsync(
            project, new PredictQuery { Body = body.Memory, Version = version }, context.RequestAborted);
        if (!context.RequestAborted.IsCancellationRequested)
            body.Recycle();
        await SendAsync(context, answer);
    }

    private static async Task PredictInTimeAsync(
        IOnlineAgents agents, RequestBodies bodies, string project, string? version, HttpContext context, string header)
    {
        if (Deadline.Read(header, out var deadline) is { } wrong)
        {
            await RefuseAsync(context, wrong);
            return;
        }

        var started = Stopwatch.GetTimestamp();
        using var answer = await Deadline.AskAsync(AskAsync, deadline, TimeProvider.System, context.RequestAborted);
        await SendAsync(context, answer);

        // The query may still be under way when its deadline has passed: it has a body of its own.
        async Task<ServedAnswer> AskAsync(CancellationToken until)
        {
            using var body = await bodies.ReadOwnAsync(context.Request, until);
            if (body.Error is { } refusal)
                return new ServedAnswer(refusal);
            var query = new PredictQuery { Body = body.Memory, Version = version, TimeLeft = Deadline.Left(deadline, started) };
            var asked = await agents.PredictAsync(project, query, until);
            if (!until.IsCancellationRequested)
                body.Recycle();
            return asked;
        }
    }

    private static Task SendAsync(HttpContext context, ServedAnswer answer) =>
        answer.Error is { } error ? RefuseAsync(context, error) : AnswerWriter.WriteAsync(context, answer);

    private static Task RefuseAsync(HttpContext context, ServingError error)
    {
        ServingProblems.AddRetryAfter(context.Response, error);
        return TypedResults.Problem(ServingProblems.ToProblem(error)).ExecuteAsync(context);
    }
}
