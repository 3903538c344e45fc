using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Progeny.Core.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Serving.Grpc;

/// <summary>
/// The methods of the gRPC service: how their messages are read and written, and what they require. Messages of inference pass as bytes,
/// since generated classes would copy each tensor twice.
/// </summary>
internal sealed class InferenceMethodProvider(RequestBodies bodies) : IServiceMethodProvider<InferenceService>
{
    private const string Service = "inference.GRPCInferenceService";

    // Which project a request is about stands in its message: the service checks that.
    private static readonly RequiredAccess _key = new(Permissions.None, AccessScope.Node);
    private static readonly Marshaller<InferResponseMessage> _response = new(
        static (message, context) => message.Send(context), static _ => throw new NotSupportedException("A node sends responses."));

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<InferenceService> context)
    {
        Add<ServerLiveRequest, ServerLiveResponse>(
            context, "ServerLive", RequiredAccess.Nothing, static (service, _, _) => Task.FromResult(InferenceService.ServerLive()));
        Add<ServerReadyRequest, ServerReadyResponse>(
            context, "ServerReady", RequiredAccess.Nothing, static (service, _, call) => service.ServerReadyAsync(call));
        Add<ServerMetadataRequest, ServerMetadataResponse>(
            context, "ServerMetadata", _key, static (_, _, _) => Task.FromResult(InferenceService.ServerMetadata()));
        Add<ModelReadyRequest, ModelReadyResponse>(
            context, "ModelReady", _key, static (service, request, call) => service.ModelReadyAsync(request, call));
        Add<ModelMetadataRequest, ModelMetadataResponse>(
            context, "ModelMetadata", _key, static (service, request, call) => service.ModelMetadataAsync(request, call));
        Add<ModelConfigRequest, ModelConfigResponse>(
            context, "ModelConfig", _key, static (service, request, call) => service.ModelConfigAsync(request, call));
        Add<ModelStatisticsRequest, ModelStatisticsResponse>(
            context, "ModelStatistics", _key, static (service, request, call) => service.ModelStatisticsAsync(request, call));
        Add<RepositoryIndexRequest, RepositoryIndexResponse>(
            context, "RepositoryIndex", _key, static (service, request, call) => service.RepositoryIndexAsync(request, call));
        Add<RepositoryModelLoadRequest, RepositoryModelLoadResponse>(
            context, "RepositoryModelLoad", _key, static (service, request, call) => service.RepositoryModelLoadAsync(request, call));
        Add<RepositoryModelUnloadRequest, RepositoryModelUnloadResponse>(
            context, "RepositoryModelUnload", _key, static (service, request, call) => service.RepositoryModelUnloadAsync(request, call));
        foreach (var (method, what) in InferenceService.Refused)
        {
            Add<RefusedRequest, RefusedResponse>(
                context, method, _key, (_, _, _) => throw new RpcException(new Status(StatusCode.Unimplemented, what)));
        }

        var request = new Marshaller<InferRequestMessage>(
            static (_, _) => throw new NotSupportedException("A node sends no requests."),
            message => new InferRequestMessage(bodies.Copy(message.PayloadAsReadOnlySequence())));
        context.AddUnaryMethod(
            new Method<InferRequestMessage, InferResponseMessage>(MethodType.Unary, Service, "ModelInfer", request, _response),
            MetadataOf(_key),
            static (service, message, call) => service.ModelInferAsync(message, call));
        context.AddDuplexStreamingMethod(
            new Method<InferRequestMessage, InferResponseMessage>(
                MethodType.DuplexStreaming, Service, "ModelStreamInfer", request, _response),
            MetadataOf(_key),
            static (service, requests, responses, call) => service.ModelStreamInferAsync(requests, responses, call));
    }

    private static void Add<TRequest, TResponse>(
        ServiceMethodProviderContext<InferenceService> context,
        string name,
        RequiredAccess access,
        UnaryServerMethod<InferenceService, TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => context.AddUnaryMethod(
            new Method<TRequest, TResponse>(MethodType.Unary, Service, name, Of<TRequest>(), Of<TResponse>()), MetadataOf(access), handler);

    private static Marshaller<T> Of<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(static () => new T());
        return new Marshaller<T>(
            static (message, context) => context.Complete(message.ToByteArray()),
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
    }

    private static List<object> MetadataOf(RequiredAccess access) =>
        [access, new AuditedAs(null), new HttpMethodMetadata([HttpMethods.Post])];
}
