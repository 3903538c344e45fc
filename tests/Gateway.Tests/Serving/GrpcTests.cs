using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using Progeny.Core.Queries;
using Progeny.Gateway.Serving.Grpc;
using Contents = Progeny.Gateway.Serving.Grpc.InferTensorContents;
using DataType = Progeny.Abstractions.Queries.DataType;
using InputTensor = Progeny.Gateway.Serving.Grpc.ModelInferRequest.Types.InferInputTensor;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>The Open Inference Protocol over gRPC, on the port of HTTP/1.1.</summary>
[Collection(ServingCollection.Name)]
public sealed class GrpcTests : IDisposable
{
    private readonly ServingNode serving;
    private readonly GrpcChannel channel;
    private readonly GRPCInferenceService.GRPCInferenceServiceClient client;

    public GrpcTests(ServingNode serving)
    {
        this.serving = serving;
        channel = GrpcChannel.ForAddress(serving.Http.BaseAddress!);
        client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
    }

    public static TheoryData<DataType> Types => [.. Enum.GetValues<DataType>()];

    public static TheoryData<DataType, string> TypedContents => new()
    {
        { DataType.Bool, """{"boolContents":[true,false,false,true]}""" },
        { DataType.UInt8, """{"uintContents":[0,255,1,2]}""" },
        { DataType.UInt16, """{"uintContents":[0,65535,1,2]}""" },
        { DataType.UInt32, """{"uintContents":[0,4294967295,1,2]}""" },
        { DataType.UInt64, """{"uint64Contents":["0","18446744073709551615","1","2"]}""" },
        { DataType.Int8, """{"intContents":[-128,127,0,1]}""" },
        { DataType.Int16, """{"intContents":[-32768,32767,0,1]}""" },
        { DataType.Int32, """{"intContents":[-2147483648,2147483647,0,1]}""" },
        { DataType.Int64, """{"int64Contents":["-9223372036854775808","9223372036854775807","0","1"]}""" },
        { DataType.Fp32, """{"fp32Contents":[0.1,3.4028235E+38,"NaN","-Infinity"]}""" },
        { DataType.Fp64, """{"fp64Contents":[0.1,1.7976931348623157E+308,"NaN",5E-324]}""" },
        { DataType.Bytes, """{"bytesContents":["","/w==","w6Q=","AA=="]}""" },
    };

    public void Dispose() => channel.Dispose();

    [Theory, MemberData(nameof(Types))]
    public async Task Raw_contents_of_every_datatype_pass_through(DataType type)
    {
        var data = type == DataType.Bytes
            ? [2, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x41, 0, 0, 0, 0]
            : Enumerable.Range(0, 4 * ElementTypes.BytesOf(type)).Select(i => (byte)(type == DataType.Bool ? i % 2 : i)).ToArray();
        var request = RequestOf(type);
        foreach (var other in Enum.GetValues<DataType>())
            request.RawInputContents.Add(other == type ? ByteString.CopyFrom(data) : ByteString.Empty);

        var answer = await client.ModelInferAsync(request);

        answer.RawOutputContents.ShouldHaveSingleItem().ToByteArray().ShouldBe(data);
        var output = answer.Outputs.ShouldHaveSingleItem();
        (output.Name, output.Datatype).ShouldBe((ServedProjects.OutputOf(type), ElementTypes.NameOf(type)));
        output.Shape.ShouldBe([2, 2]);
        output.Contents.ShouldBeNull();
    }

    [Theory, MemberData(nameof(TypedContents))]
    public async Task Typed_contents_of_every_datatype_pass_through(DataType type, string json)
    {
        var request = RequestOf(type);
        request.Inputs[(int)type].Contents = Contents.Parser.ParseJson(json);

        var answer = await client.ModelInferAsync(request);

        (answer.ModelName, answer.ModelVersion, answer.Id).ShouldBe(("types", "1.0.0:1", "t"));
        answer.RawOutputContents.ShouldBeEmpty();
        answer.Outputs.ShouldHaveSingleItem().Contents.ShouldBe(request.Inputs[(int)type].Contents);
    }

    [Fact]
    public async Task Answer_is_that_of_http_and_its_record_is_in_the_log()
    {
        var request = Difference("by-grpc");
        request.Parameters["entity"] = new InferParameter { StringParam = "ada" };

        var answer = await client.ModelInferAsync(request);

        var http = await serving.PostAsync(
            "/v2/models/difference/infer",
            """{"inputs":[{"name":"a","datatype":"FP32","shape":[2],"data":[1.5,2]},{"name":"b","datatype":"FP32","shape":[2],"data":[0.1,3]}]}""",
            200);
        answer.Outputs[0].Contents.Fp32Contents.ShouldBe(http["outputs"]![0]!["data"]!.AsArray().Select(value => (float)value!));
        var record = await serving.Node.UntilAsync("/api/projects/difference/queries/by-grpc", _ => true);
        ((string)record["entity"]!).ShouldBe("ada");
    }

    [Fact]
    public async Task Refusals_have_the_status_that_fits_and_the_sentence_of_http()
    {
        await RefusedAsync(StatusCode.NotFound, "nobody", request => request.ModelName = "nobody");
        await RefusedAsync(StatusCode.NotFound, "1.0.0:9", request => request.ModelVersion = "1.0.0:9");
        await RefusedAsync(StatusCode.FailedPrecondition, "idle", request => request.ModelName = "idle");
        await RefusedAsync(StatusCode.InvalidArgument, "model_name", request => request.ModelName = "");
        await RefusedAsync(
            StatusCode.InvalidArgument, "priority", request => request.Parameters["priority"] = new InferParameter { Int64Param = 1 });
        await RefusedAsync(StatusCode.InvalidArgument, "raw_input_contents", request => request.RawInputContents.Add(ByteString.Empty));
        await RefusedAsync(
            StatusCode.InvalidArgument, "fp64_contents", request => request.Inputs[0].Contents = new Contents { Fp64Contents = { 1, 2 } });
        await RefusedAsync(StatusCode.InvalidArgument, "asks for 3", request => request.Inputs[0].Shape[0] = 3);
        await RefusedAsync(StatusCode.InvalidArgument, "FP99", request => request.Inputs[0].Datatype = "FP99");
        await RefusedAsync(
            StatusCode.InvalidArgument, "classification", request => request.Outputs.Add(
                new ModelInferRequest.Types.InferRequestedOutputTensor
                {
                    Name = "difference",
                    Parameters = { ["classification"] = new InferParameter { Int64Param = 1 } },
                }));
        await RefusedAsync(StatusCode.InvalidArgument, "'id'", request => request.Id = new string('x', 10_000));
    }

    [Fact]
    public async Task Deadline_of_the_call_is_honoured()
    {
        var request = new ModelInferRequest
        {
            ModelName = "endless",
            Inputs = { new InputTensor { Name = "shop", Datatype = "BYTES", Shape = { 1 }, Contents = new Contents { BytesContents = { ByteString.CopyFromUtf8("s1") } } } },
        };
        var late = await Should.ThrowAsync<RpcException>(
            () => client.ModelInferAsync(request, deadline: DateTime.UtcNow.AddMilliseconds(100)).ResponseAsync);
        late.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Stream_is_answered_in_order_and_outlives_a_request_that_fails()
    {
        using var call = client.ModelStreamInfer();
        var wrong = Difference("s-2");
        wrong.Inputs[0].Shape[0] = 7;
        foreach (var request in (ModelInferRequest[])[Difference("s-1"), wrong, Difference("s-3")])
            await call.RequestStream.WriteAsync(request);
        await call.RequestStream.CompleteAsync();
        var answers = new List<ModelStreamInferResponse>();
        await foreach (var answer in call.ResponseStream.ReadAllAsync())
            answers.Add(answer);

        answers.Select(answer => answer.InferResponse?.Id).ShouldBe(["s-1", null, "s-3"]);
        answers[1].ErrorMessage.ShouldContain("asks for 7");
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_refused_and_nothing_else_happens()
    {
        var bytes = Marshallers.Create(static (byte[] sent) => sent, static received => received);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "inference.GRPCInferenceService", "ModelInfer", bytes, bytes);
        var whole = Difference("mutated").ToByteArray();
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < 300; i++)
        {
            var message = whole.ToArray();
            for (var change = 0; change <= i % 4; change++)
                message[random.Next(message.Length)] = (byte)random.Next(256);
            try
            {
                var sent = message[..random.Next(1, message.Length + 1)];
                await channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(), sent);
            }
            catch (RpcException exception)
            {
                exception.StatusCode.ShouldBeOneOf(
                    [StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.FailedPrecondition], exception.Status.Detail);
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(200);
    }

    [Fact]
    public async Task Server_and_models_are_described()
    {
        (await client.ServerLiveAsync(new())).Live.ShouldBeTrue();
        (await client.ServerReadyAsync(new())).Ready.ShouldBeTrue();
        (await client.ServerMetadataAsync(new())).Name.ShouldBe("progeny");
        (await client.ModelReadyAsync(new() { Name = "difference" })).Ready.ShouldBeTrue();
        (await client.ModelReadyAsync(new() { Name = "idle" })).Ready.ShouldBeFalse();
        var model = await client.ModelMetadataAsync(new() { Name = "iris" });
        model.Inputs.Select(input => $"{input.Name} {input.Datatype} {string.Join(',', input.Shape)}").ShouldContain("sepal_length FP32 -1,1");
        model.Versions.ShouldBe(["1.0.0:1"]);
        var configuration = (await client.ModelConfigAsync(new() { Name = "iris" })).Config;
        configuration.Input[0].DataType.ShouldBe(Progeny.Gateway.Serving.Grpc.DataType.TypeFp32);
        var index = (await client.RepositoryIndexAsync(new())).Models.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        (index["iris"].State, index["iris"].Version, index["idle"].State).ShouldBe(("READY", "1.0.0:1", "UNAVAILABLE"));
        (await client.RepositoryIndexAsync(new() { Ready = true })).Models.ShouldNotContain(entry => entry.Name == "idle");
        await client.ModelInferAsync(Difference("counted"));
        (await client.ModelStatisticsAsync(new() { Name = "difference" })).ModelStats.ShouldHaveSingleItem().InferenceCount
            .ShouldBeGreaterThan(0ul);
        await client.RepositoryModelLoadAsync(new() { ModelName = "iris" });
        (await Should.ThrowAsync<RpcException>(() => client.RepositoryModelUnloadAsync(new() { ModelName = "iris" }).ResponseAsync))
            .StatusCode.ShouldBe(StatusCode.FailedPrecondition);
    }

    [Fact]
    public async Task Http_says_of_models_what_grpc_says()
    {
        (await serving.GetAsync("/v2/models/iris/config", 200))["input"]![0]!.ToJsonString()
            .ShouldBe("""{"name":"sepal_length","data_type":"TYPE_FP32","dims":[-1,1]}""");
        await client.ModelInferAsync(Difference("counted-2"));
        ((long)(await serving.GetAsync("/v2/models/difference/stats", 200))["model_stats"]![0]!["inference_stats"]!["success"]!["count"]!)
            .ShouldBeGreaterThan(0);
        using var index = await serving.Http.PostAsync("/v2/repository/index", null);
        JsonNode.Parse(await index.Content.ReadAsStringAsync())!.AsArray().Count.ShouldBeGreaterThan(10);
        await serving.GetAsync("/v2/models/nobody/config", 404);
        const string load = "/v2/repository/models/iris/load";
        using var loaded = await serving.Http.PostAsync(load, new StringContent("{}"));
        ((int)loaded.StatusCode).ShouldBe(200);
        using var changed = await serving.Http.PostAsync(load, new StringContent("""{"parameters":{"config":"{}"}}"""));
        (await changed.Content.ReadAsStringAsync()).ShouldContain("'config' is not served");
    }

    [Fact]
    public async Task What_is_not_served_is_refused_by_name()
    {
        var method = new Method<ServerLiveRequest, ServerLiveResponse>(
            MethodType.Unary,
            "inference.GRPCInferenceService",
            "SystemSharedMemoryRegister",
            Marshallers.Create(static request => request.ToByteArray(), ServerLiveRequest.Parser.ParseFrom),
            Marshallers.Create(static response => response.ToByteArray(), ServerLiveResponse.Parser.ParseFrom));
        var refused = Should.Throw<RpcException>(
            () => channel.CreateCallInvoker().BlockingUnaryCall(method, null, new CallOptions(), new ServerLiveRequest()));
        refused.StatusCode.ShouldBe(StatusCode.Unimplemented);
        refused.Status.Detail.ShouldContain("Shared memory");
        (await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest())).Status
            .ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        using var reflection = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await reflection.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        await reflection.ResponseStream.MoveNext(CancellationToken.None);
        reflection.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name)
            .ShouldContain("inference.GRPCInferenceService");
    }

    [Theory]
    [InlineData("GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 200")]
    [InlineData("PRI * HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 4")]
    public async Task Connection_that_begins_slowly_is_served_by_its_own_protocol(string sent, string expected)
    {
        using var socket = new TcpClient("127.0.0.1", serving.Http.BaseAddress!.Port) { NoDelay = true };
        var stream = socket.GetStream();
        foreach (var part in sent.Chunk(7))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(part));
            await Task.Yield();
        }

        using var reader = new StreamReader(stream, Encoding.ASCII);
        (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10))).ShouldNotBeNull().ShouldStartWith(expected);
    }

    private static ModelInferRequest RequestOf(DataType type)
    {
        var request = new ModelInferRequest { ModelName = "types", Id = "t" };
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = ServedProjects.OutputOf(type) });
        foreach (var other in Enum.GetValues<DataType>())
        {
            var extent = other == type ? 2 : 0;
            request.Inputs.Add(new InputTensor
            {
                Name = ServedProjects.InputOf(other),
                Datatype = ElementTypes.NameOf(other),
                Shape = { extent, extent },
            });
        }

        return request;
    }

    private static ModelInferRequest Difference(string id) => new()
    {
        ModelName = "difference",
        Id = id,
        Inputs =
        {
            new InputTensor { Name = "a", Datatype = "FP32", Shape = { 2 }, Contents = new Contents { Fp32Contents = { 1.5f, 2 } } },
            new InputTensor { Name = "b", Datatype = "FP32", Shape = { 2 }, Contents = new Contents { Fp32Contents = { 0.1f, 3 } } },
        },
    };

    private async Task RefusedAsync(StatusCode status, string named, Action<ModelInferRequest> change)
    {
        var request = Difference("refused");
        change(request);
        var refused = await Should.ThrowAsync<RpcException>(() => client.ModelInferAsync(request).ResponseAsync);
        refused.StatusCode.ShouldBe(status, refused.Status.Detail);
        refused.Status.Detail.ShouldContain(named);
    }
}
