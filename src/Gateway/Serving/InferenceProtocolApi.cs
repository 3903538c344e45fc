using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Security;
using Progeny.Core.Serving.Requests;
using Progeny.Gateway.Common;
using Progeny.Grains.Serving;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Serving;

/// <summary>
/// The Open Inference Protocol over REST (v2): its model is the project, its version is <c>release:generation</c>; without a version
/// the rollout decides.
/// </summary>
internal static class InferenceProtocolApi
{
    /// <summary>What the paths of the protocol begin with.</summary>
    public const string Root = "/v2";

    /// <summary>The server's name, version and extensions.</summary>
    public static ServerMetadata Metadata { get; } = new(
        "progeny",
        typeof(InferenceProtocolApi).Assembly.GetName().Version!.ToString(3),
        ["binary_tensor_data", "model_configuration", "model_repository", "statistics"]);

    public static void MapInferenceProtocol(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("Open Inference Protocol");
        group.MapGet(
            "/",
            () => Metadata)
            .Requires(Permissions.None, AccessScope.Node)
            .WithSummary("The server's name, version and extensions.");
        // A version is one in the path, never in the query: by the path the caller's permission to choose it is checked.
        Map(
            group.MapGroup("/models/{model}"),
            Permissions.Predict,
            (string model, HttpContext context, IOnlineAgents agents, RequestBodies bodies) =>
                InferAsync(model, null, context, agents, bodies));
        Map(group.MapGroup("/models/{model}/versions/{version}"), Permissions.Predict | Permissions.ChooseVersion, InferAsync);
    }

    private static void Map(RouteGroupBuilder model, Permissions permissions, Delegate infer)
    {
        model.WithProblems(404, 409, 410).Requires(Permissions.None);
        model.MapGet("", DescribeAsync).WithSummary("Inputs, outputs and versions of a model.");
        model.MapGet("/ready", ModelReadyAsync).WithSummary("Whether a model answers queries.");
        model.MapPost("/infer", infer).NotAudited().Requires(permissions)
            .Accepts<InferenceRequest>("application/json", "application/octet-stream")
            .Produces<InferenceResponse>(200, "application/json", "application/octet-stream")
            .WithProblems(400, 408, 413, 429, 503, 504).WithSummary("Runs a model on tensors.");
    }

    private static async Task<Results<Ok<ModelDescription>, ProblemHttpResult>> DescribeAsync(
        string model, ModelRepository models, string? version = null)
    {
        var (description, error) = await models.DescribeAsync(model, version);
        return description is null ? ServingProblems.ToResult(error!) : TypedResults.Ok(description);
    }

    private static async Task<Results<Ok<ModelReadiness>, ProblemHttpResult>> ModelReadyAsync(
        string model, ModelRepository models, string? version = null) => await models.FindProblemAsync(model, version) is { } error
            ? ServingProblems.ToResult(error)
            : TypedResults.Ok(new ModelReadiness(model, true));

    private static async Task InferAsync(string model, string? version, HttpContext context, IOnlineAgents agents, RequestBodies bodies)
    {
        // What is refused must cost nothing: before a large body is read.
        if (!RequestBodies.IsSmall(context.Request) && agents.IsFull(model))
        {
            await RefuseAsync(context, ServingError.Overloaded);
            return;
        }

        TimeSpan? deadline = null;
        if (context.Request.Headers.TryGetValue(Deadline.Header, out var header))
        {
            if (Deadline.Read(header.ToString(), out var time) is { } wrong)
            {
                await RefuseAsync(context, wrong);
                return;
            }

            deadline = time;
        }

        var started = Stopwatch.GetTimestamp();
        using var answer = deadline is { } limit
            ? await Deadline.AskAsync(AskAsync, limit, TimeProvider.System, context.RequestAborted)
            : await AskAsync(context.RequestAborted);
        if (answer.Error is { } error)
            await RefuseAsync(context, error);
        else
            await AnswerWriter.WriteAsync(context, answer);

        async Task<ServedAnswer> AskAsync(CancellationToken until)
        {
            var jsonLength = context.Request.Headers.TryGetValue(BinaryPart.Header, out var values) ? values.ToString() : null;
            using var body = await bodies.ReadOwnAsync(context.Request, until);
            if (body.Error is { } refusal)
                return new ServedAnswer(refusal);
            TimeSpan? left = deadline is { } limit ? Deadline.Left(limit, started) : null;
            var query = new EncodedInferQuery { Body = body.Memory, JsonLength = jsonLength, Version = version, TimeLeft = left };
            var asked = await agents.InferAsync(model, query, until);
            if (!until.IsCancellationRequested)
                body.Recycle();
            return asked;
        }
    }

    private static Task RefuseAsync(HttpContext context, ServingError error)
    {
        ServingProblems.AddRetryAfter(context.Response, error);
        return ServingProblems.ToResult(error).ExecuteAsync(context);
    }
}
