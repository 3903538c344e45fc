using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Core.Experiments;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>A collector on a free port of the loopback that keeps what it is sent (OTLP over HTTP, protobuf).</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            Bodies.Enqueue((context.Request.Path, body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
    }

    public ConcurrentQueue<(string Path, byte[] Body)> Bodies { get; } = new();

    public string Url => app.Urls.Single();

    /// <summary>The spans: fields 1, 2, 4 and 5 of each, by the numbers of opentelemetry/proto/trace/v1/trace.proto.</summary>
    public IReadOnlyList<(string Trace, string Id, string Parent, string Name)> Spans =>
    [
        .. Bodies.Where(sent => sent.Path == "/v1/traces")
            .SelectMany(sent => Fields(ByteString.CopyFrom(sent.Body), 1))
            .SelectMany(resource => Fields(resource, 2))
            .SelectMany(scope => Fields(scope, 2))
            .Select(span => (Hex(span, 1), Hex(span, 2), Hex(span, 4), Fields(span, 5).Single().ToStringUtf8())),
    ];

    /// <summary>The names of the metrics, by the numbers of opentelemetry/proto/metrics/v1/metrics.proto.</summary>
    public IReadOnlyList<string> MetricNames =>
    [
        .. Bodies.Where(sent => sent.Path == "/v1/metrics")
            .SelectMany(sent => Fields(ByteString.CopyFrom(sent.Body), 1))
            .SelectMany(resource => Fields(resource, 2))
            .SelectMany(scope => Fields(scope, 2))
            .Select(metric => Fields(metric, 1).Single().ToStringUtf8()),
    ];

    /// <summary>
    /// The values of <c>service.instance.id</c>, by the numbers of opentelemetry/proto/common/v1/common.proto and
    /// resource/v1/resource.proto.
    /// </summary>
    public IReadOnlyList<string> Instances =>
    [
        .. Bodies.SelectMany(sent => Fields(ByteString.CopyFrom(sent.Body), 1))
            .SelectMany(resource => Fields(resource, 1))
            .SelectMany(resource => Fields(resource, 1))
            .Where(attribute => Fields(attribute, 1).Single().ToStringUtf8() == "service.instance.id")
            .Select(attribute => Fields(Fields(attribute, 2).Single(), 1).Single().ToStringUtf8())
            .Distinct(),
    ];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver.app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static string Hex(ByteString message, int field) =>
        string.Concat(Fields(message, field).Select(bytes => Convert.ToHexString(bytes.Span)));

    private static List<ByteString> Fields(ByteString message, int field)
    {
        var found = new List<ByteString>();
        var input = message.CreateCodedInput();
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes());
            else
                input.SkipLastField();
        }

        return found;
    }
}
