using Grpc.Core;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Security;
using Progeny.Core.Serving.Requests;
using Progeny.Core.Serving.Requests.Protobuf;
using Progeny.Grains.Hosting;
using Progeny.Grains.Serving;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Rates;

namespace Progeny.Gateway.Serving.Grpc;

/// <summary>
/// The Open Inference Protocol over gRPC, and what Triton's clients ask beside it: the same agents, errors and limits as over HTTP.
/// </summary>
internal sealed class InferenceService(IOnlineAgents agents, ModelRepository models, NodeReadiness readiness)
{
    /// <summary>Methods of Triton that a node does not have, and why.</summary>
    public static IReadOnlyList<(string Method, string Why)> Refused { get; } =
    [
        .. new[] { "SystemSharedMemory", "CudaSharedMemory" }.SelectMany(kind => new[] { "Status", "Register", "Unregister" }.Select(
            action => (kind + action, "Shared memory is not served here; tensors in the request's raw_input_contents would do."))),
        ("TraceSetting", "Trace settings are not served here; the setting Otlp:Endpoint exports traces (docs/operations.md)."),
        ("LogSettings", "Log settings are not served here; the settings Logging:LogLevel would do (docs/operations.md)."),
    ];

    public static ServerLiveResponse ServerLive() => new() { Live = true };

    public async Task<ServerReadyResponse> ServerReadyAsync(ServerCallContext call) =>
        new() { Ready = await readiness.FindProblemAsync(call.CancellationToken) is null };

    public static ServerMetadataResponse ServerMetadata()
    {
        var server = InferenceProtocolApi.Metadata;
        return new() { Name = server.Name, Version = server.Version, Extensions = { server.Extensions } };
    }

    public async Task<ModelReadyResponse> ModelReadyAsync(ModelReadyRequest request, ServerCallContext call)
    {
        Require(call, request.Name, Permissions.None);
        return await models.FindProblemAsync(request.Name, VersionOf(request.Version)) switch
        {
            null => new() { Ready = true },
            { Kind: ServingErrorKind.NotReady or ServingErrorKind.Unavailable } => new() { Ready = false },
            { } error => throw InferenceErrors.From(error),
        };
    }

    public async Task<ModelMetadataResponse> ModelMetadataAsync(ModelMetadataRequest request, ServerCallContext call)
    {
        var model = await DescribeAsync(request.Name, request.Version, call);
        return new()
        {
            Name = model.Name,
            Versions = { model.Versions },
            Platform = model.Platform,
            Inputs = { model.Inputs.Select(ToMessage) },
            Outputs = { model.Outputs.Select(ToMessage) },
        };
    }

    public async Task<ModelConfigResponse> ModelConfigAsync(ModelConfigRequest request, ServerCallContext call)
    {
        var configuration = ModelConfiguration.From(await DescribeAsync(request.Name, request.Version, call));
        return new()
        {
            Config = new ModelConfig
            {
                Name = configuration.Name,
                Platform = configuration.Platform,
                Backend = configuration.Backend,
                MaxBatchSize = configuration.MaxBatchSize,
                Input =
                {
                    configuration.Input.Select(
                        tensor => new ModelInput { Name = tensor.Name, DataType = TypeOf(tensor), Dims = { tensor.Dims } }),
                },
                Output =
                {
                    configuration.Output.Select(
                        tensor => new ModelOutput { Name = tensor.Name, DataType = TypeOf(tensor), Dims = { tensor.Dims } }),
                },
            },
        };
    }

    public async Task<ModelStatisticsResponse> ModelStatisticsAsync(ModelStatisticsRequest request, ServerCallContext call)
    {
        Require(call, request.Name, Permissions.None);
        if (await models.FindProblemAsync(request.Name, VersionOf(request.Version)) is { } error)
            throw InferenceErrors.From(error);
        return new() { ModelStats = { models.Count(request.Name, VersionOf(request.Version)).Select(entry => entry.ToMessage()) } };
    }

    public async Task<RepositoryIndexResponse> RepositoryIndexAsync(RepositoryIndexRequest request, ServerCallContext call)
    {
        var entries = await models.ListAsync(call.GetHttpContext().GetCaller(), request.Ready);
        return new()
        {
            Models =
            {
                entries.Select(entry => new RepositoryIndexResponse.Types.ModelIndex
                {
                    Name = entry.Name,
                    Version = entry.Version,
                    State = entry.State,
                    Reason = entry.Reason,
                }),
            },
        };
    }

    public async Task<RepositoryModelLoadResponse> RepositoryModelLoadAsync(RepositoryModelLoadRequest request, ServerCallContext call)
    {
        Require(call, request.ModelName, Permissions.Predict);
        if (request.Parameters.Count > 0)
            throw InferenceErrors.From(ModelRepository.NoOverride(request.Parameters.Keys.First()));
        return await models.FindProblemAsync(request.ModelName, null) is { } error
            ? throw InferenceErrors.From(error)
            : new RepositoryModelLoadResponse();
    }

    public async Task<RepositoryModelUnloadResponse> RepositoryModelUnloadAsync(
        RepositoryModelUnloadRequest request, ServerCallContext call)
    {
        Require(call, request.ModelName, Permissions.Operate);
        return await models.UnloadAsync(request.ModelName) is { } error
            ? throw InferenceErrors.From(error)
            : new RepositoryModelUnloadResponse();
    }

    public async Task<InferResponseMessage> ModelInferAsync(InferRequestMessage message, ServerCallContext call)
    {
        using var body = message.Body;
        var answer = await AskAsync(body, call);
        if (answer.Error is { } error)
            throw InferenceErrors.From(error);
        if (!call.CancellationToken.IsCancellationRequested)
            body.Recycle();
        return new InferResponseMessage(default, answer);
    }

    /// <summary>Answers one request after another: a stream keeps its order, and a request that fails does not end it.</summary>
    public async Task ModelStreamInferAsync(
        IAsyncStreamReader<InferRequestMessage> requests, IServerStreamWriter<InferResponseMessage> responses, ServerCallContext call)
    {
        await foreach (var message in requests.ReadAllAsync(call.CancellationToken))
        {
            using var body = message.Body;
            await responses.WriteAsync(StreamMessages.Wrap(await AskAsync(body, call)), call.CancellationToken);
        }
    }

    private async Task<ServedAnswer> AskAsync(RequestBody body, ServerCallContext call)
    {
        if (body.Error is { } refusal)
            return new ServedAnswer(refusal);
        var (address, malformed) = InferAddress.Read(body.Memory);
        if (malformed is not null)
            return new ServedAnswer(new ServingError(ServingErrorKind.InvalidQuery, malformed));
        Require(call, address.Model, address.Version is null ? Permissions.Predict : Permissions.Predict | Permissions.ChooseVersion);
        if (body.Memory.Length > RequestBodies.MaxSmallBytes && agents.IsFull(address.Model))
            return new ServedAnswer(ServingError.Overloaded);
        var query = new EncodedInferQuery
        {
            Body = body.Memory,
            Version = address.Version,
            TimeLeft = call.Deadline == DateTime.MaxValue ? null : TimeLeft(call.Deadline),
            Encoding = InferEncoding.Protobuf,
        };
        var answer = await agents.InferAsync(address.Model, query, call.CancellationToken);
        call.GetHttpContext().ChargeRows(answer.Rows);
        return answer;
    }

    private static TimeSpan TimeLeft(DateTime deadline)
    {
        // The server has made the deadline by the clock of the system.
        var left = deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<ModelDescription> DescribeAsync(string name, string version, ServerCallContext call)
    {
        Require(call, name, Permissions.None);
        var (model, error) = await models.DescribeAsync(name, VersionOf(version));
        return model ?? throw InferenceErrors.From(error!);
    }

    /// <summary>Refuses a caller who may not do something with a project; one who may not know of it is told that there is none.</summary>
    private static void Require(ServerCallContext call, string project, Permissions permissions)
    {
        var caller = call.GetHttpContext().GetCaller();
        if (!caller.Access.Sees(project))
            throw new RpcException(new Status(StatusCode.NotFound, $"There is no project '{project}'."));
        if (!caller.Access.Allows(permissions, project))
        {
            throw new RpcException(new Status(
                StatusCode.PermissionDenied,
                $"'{caller.Name}' may not do this with '{project}': it takes {string.Join(" and ", AccessNames.Needed(permissions))}."));
        }
    }

    private static string? VersionOf(string version) => version.Length > 0 ? version : null;

    private static DataType TypeOf(TensorConfiguration tensor) =>
        Enum.Parse<DataType>(tensor.DataType.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static ModelMetadataResponse.Types.TensorMetadata ToMessage(TensorDescription tensor) =>
        new() { Name = tensor.Name, Datatype = tensor.Datatype, Shape = { tensor.Shape } };
}
