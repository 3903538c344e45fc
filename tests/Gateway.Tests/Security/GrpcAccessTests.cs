using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Progeny.Gateway.Serving.Grpc;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Who may call what over gRPC, where the project stands in the message and not in the path.</summary>
public sealed class GrpcAccessTests(SecuredNode secured) : IClassFixture<SecuredNode>
{
    [Fact]
    public async Task Call_is_refused_as_over_http()
    {
        using var channel = GrpcChannel.ForAddress(secured.Node.Http.BaseAddress!);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var (predictor, _) = await secured.MakeKeyAsync($"predictor:{SecuredNode.Own}");
        var (viewer, _) = await secured.MakeKeyAsync($"viewer:{SecuredNode.Own}");

        (await client.ServerLiveAsync(new())).Live.ShouldBeTrue();
        (await new Health.HealthClient(channel).CheckAsync(new())).Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        (await client.ModelInferAsync(Request(SecuredNode.Own), Key(predictor))).Outputs.ShouldNotBeEmpty();
        (await client.RepositoryIndexAsync(new(), Key(predictor))).Models.ShouldHaveSingleItem().Name.ShouldBe(SecuredNode.Own);

        (await RefusedAsync(client, SecuredNode.Own, null)).StatusCode.ShouldBe(StatusCode.Unauthenticated);
        (await RefusedAsync(client, SecuredNode.Own, "wrong")).StatusCode.ShouldBe(StatusCode.Unauthenticated);
        (await RefusedAsync(client, SecuredNode.Own, viewer)).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        (await RefusedAsync(client, SecuredNode.Own, predictor, "1.0.0:1")).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        var foreign = await RefusedAsync(client, SecuredNode.Foreign, predictor);
        var none = await RefusedAsync(client, "nobody", predictor);
        (foreign.StatusCode, none.StatusCode).ShouldBe((StatusCode.NotFound, StatusCode.NotFound));
        foreign.Detail.Replace(SecuredNode.Foreign, "nobody", StringComparison.Ordinal).ShouldBe(none.Detail);
        Should.Throw<RpcException>(() => client.RepositoryModelUnload(new() { ModelName = SecuredNode.Own }, Key(predictor)))
            .StatusCode.ShouldBe(StatusCode.PermissionDenied);
    }

    private static ModelInferRequest Request(string project, string version = "") => new()
    {
        ModelName = project,
        ModelVersion = version,
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "x",
                Datatype = "FP32",
                Shape = { 1 },
                Contents = new InferTensorContents { Fp32Contents = { 1 } },
            },
        },
    };

    private static CallOptions Key(string? key) => new(key is null ? [] : new Metadata { { "authorization", $"Bearer {key}" } });

    private static async Task<Status> RefusedAsync(
        GRPCInferenceService.GRPCInferenceServiceClient client, string project, string? key, string version = "") =>
        (await Should.ThrowAsync<RpcException>(() => client.ModelInferAsync(Request(project, version), Key(key)).ResponseAsync)).Status;
}
