namespace Progeny.Abstractions.Queries;

/// <summary>A request for predictions by tensors, as the client wrote it: an inference request of the Open Inference Protocol.</summary>
[GenerateSerializer, Immutable, Alias("progeny.encoded-infer-query")]
public sealed record EncodedInferQuery
{
    /// <summary>The request: in JSON (UTF-8), and behind it the inputs that are in binary; or a message of the gRPC service.</summary>
    [Id(0)] public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>
    /// The header <c>Inference-Header-Content-Length</c>: the number of bytes of the JSON; null: all of the body is JSON.
    /// </summary>
    [Id(1)] public string? JsonLength { get; init; }

    /// <inheritdoc cref="PredictQuery.Version"/>
    [Id(2)] public string? Version { get; init; }

    /// <inheritdoc cref="PredictQuery.TimeLeft"/>
    [Id(3)] public TimeSpan? TimeLeft { get; init; }

    /// <inheritdoc cref="PredictQuery.TraceParent"/>
    [Id(4)] public string? TraceParent { get; init; }

    /// <summary>How the body is encoded, and the response is to be.</summary>
    [Id(5)] public InferEncoding Encoding { get; init; }
}
