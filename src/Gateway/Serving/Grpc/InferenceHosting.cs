using Grpc.AspNetCore.Server.Model;
using Grpc.Health.V1;
using Grpc.Reflection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Progeny.Core.Security;
using Progeny.Core.Serving.Inference;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Serving.Grpc;

/// <summary>The gRPC service of a node: on the port of HTTP, with health and reflection (docs/grpc.md).</summary>
internal static class InferenceHosting
{
    /// <summary>Adds the service.</summary>
    public static void AddInferenceService(this IServiceCollection services)
    {
        services.AddGrpc();
        services.AddOptions<global::Grpc.AspNetCore.Server.GrpcServiceOptions>()
            .Configure<ServingOptions>((grpc, serving) =>
            {
                grpc.MaxReceiveMessageSize = serving.MaxBodyBytes;
                // Paths of no service are answered as all paths that are not there.
                grpc.IgnoreUnknownServices = true;
            });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<InferenceService>, InferenceMethodProvider>());
        services.AddGrpcHealthChecks().AddCheck<ReadinessCheck>("");
        services.AddSingleton(new ReflectionServiceImpl(InferenceReflection.Descriptor.Services[0], Health.Descriptor));
    }

    /// <summary>Maps the service, its health and its description.</summary>
    public static void MapInferenceService(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<InferenceService>();
        var post = new HttpMethodMetadata([HttpMethods.Post]);
        routes.MapGrpcHealthChecksService().RequiresNothing().NotAudited().WithMetadata(post);
        routes.MapGrpcService<ReflectionServiceImpl>().Requires(Permissions.None, AccessScope.Node).NotAudited().WithMetadata(post);
    }
}
