using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;
using Progeny.Grains.Serving;

namespace Progeny.Gateway.Serving;

/// <summary>
/// The Open Inference Protocol over REST (v2): its model is the project, its version is <c>release:generation</c>; without a version
/// the rollout decides.
/// </summary>
internal static class InferenceProtocolApi
{
    /// <summary>What the paths of the protocol begin with.</summary>
    public const string Root = "/v2";

    public static void MapInferenceProtocol(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("Open Inference Protocol");
        group.MapGet("/", () => new ServerMetadata("progeny", typeof(InferenceProtocolApi).Assembly.GetName().Version!.ToString(3), ["binary_tensor_data"]))
            .WithSummary("The server's name, version and extensions.");
        group.MapGet("/health/live", () => new Health { Live = true }).WithSummary("Whether the node runs.");
        group.MapGet("/health/ready", ReadyAsync).Produces<Health>().WithSummary("Whether the node answers queries.");
        foreach (var path in (string[])["/models/{model}", "/models/{model}/versions/{version}"])
        {
            group.MapGet(path, DescribeAsync).Produces<ModelDescription>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(410).WithSummary("Inputs, outputs and versions of a model.");
            group.MapGet(path + "/ready", ModelReadyAsync).Produces<ModelReadiness>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(410).WithSummary("Whether a model answers queries.");
            group.MapPost(path + "/infer", InferAsync).Accepts<InferenceRequest>("application/json", "application/octet-stream")
                .Produces<InferenceResponse>(200, "application/json", "application/octet-stream")
                .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(408).ProducesProblem(410).ProducesProblem(413).ProducesProblem(429).ProducesProblem(503).ProducesProblem(504)
                .WithSummary("Runs a model on tensors.");
        }
    }

    private static async Task<IResult> ReadyAsync(IClusterClient cluster)
    {
        await cluster.GetGrain<IRosterGrain>(IRosterGrain.Key).List();
        return TypedResults.Ok(new Health { Ready = true });
    }

    private static async Task<IResult> DescribeAsync(string model, IClusterClient cluster, IOnlineAgents agents, string? version = null)
    {
        var metadata = await agents.DescribeAsync(model, version);
        if (metadata.Error is { } error)
            return Problem(error);
        var project = await cluster.GetGrain<IProjectGrain>(model).Get();
        var lists = await Task.WhenAll(project!.Releases.Select(release => cluster.GetGrain<IReleaseGrain>($"{model}@{release}").ListGenerations()));
        return TypedResults.Ok(new ModelDescription(
            model,
            [.. lists.SelectMany(list => list).Select(generation => generation.Reference.Version)],
            "onnxruntime_onnx",
            [.. metadata.Inputs.Select(TensorDescription.From)],
            [.. metadata.Outputs.Select(TensorDescription.From)]));
    }

    private static async Task<IResult> ModelReadyAsync(string model, IOnlineAgents agents, string? version = null)
    {
        var metadata = await agents.DescribeAsync(model, version);
        return metadata.Error is { } error ? Problem(error) : TypedResults.Ok(new ModelReadiness(model, true));
    }

    private static async Task InferAsync(string model, HttpContext context, IOnlineAgents agents, RequestBodies bodies, string? version = null)
    {
        // What is refused must cost nothing: before a large body is read.
        if (!RequestBodies.IsSmall(context.Request))
        {
            using var place = agents.Enter(model);
            if (place.IsRefused)
            {
                await RefuseAsync(context, ServingError.Overloaded);
                return;
            }
        }

        InferRequest? request = null;
        var queryId = "";
        var answer = !context.Request.Headers.TryGetValue(Deadline.Header, out var header) ? await AskAsync(context.RequestAborted)
            : Deadline.Read(header.ToString(), out var deadline) is { } wrong ? Answer.Refuse(wrong)
            : await Deadline.AskAsync(AskAsync, deadline, TimeProvider.System, context.RequestAborted);
        if ((answer.Error ?? InferResponseWriter.Problem(answer, request!.Binary)) is { } error)
            await RefuseAsync(context, error);
        else
            await InferResponseWriter.WriteAsync(context.Response, queryId, answer, request!.Binary);

        // Past a deadline the query may still be under way: it keeps its ticket.
        async Task<Answer> AskAsync(CancellationToken until)
        {
            var binary = context.Request.Headers.TryGetValue(BinaryPart.Header, out var values) ? values.ToString() : null;
            using var body = await bodies.ReadOwnAsync(context.Request, until);
            using var ticket = agents.Enter(model);
            if ((body.Error ?? (ticket.IsRefused ? ServingError.Overloaded : null)) is { } refusal)
                return Answer.Refuse(refusal);
            (request, var malformed) = InferRequestReader.Read(body.Memory, binary);
            if (request is null)
                return Answer.Refuse(new ServingError(ServingErrorKind.InvalidQuery, malformed!));
            queryId = request.Query.QueryId ?? QueryIds.NewId(DateTimeOffset.UtcNow);
            var asked = await agents.InferAsync(model, request.Query with { Version = version, QueryId = queryId }, until);
            if (!until.IsCancellationRequested)
                body.Recycle();
            return asked;
        }
    }

    private static Task RefuseAsync(HttpContext context, ServingError error)
    {
        ServingProblems.AddRetryAfter(context.Response, error);
        return Problem(error).ExecuteAsync(context);
    }

    /// <summary>Problem details that carry the protocol's own member for errors besides.</summary>
    private static IResult Problem(ServingError error)
    {
        var problem = ServingProblems.ToProblem(error);
        problem.Extensions["error"] = error.Fields.IsEmpty
            ? error.Message
            : $"{error.Message} {string.Join("; ", error.Fields.Select(field => $"row {field.Row}, {field.Field}: {field.Message}"))}";
        return TypedResults.Problem(problem);
    }
}
