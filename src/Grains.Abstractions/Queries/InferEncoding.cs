namespace Progeny.Abstractions.Queries;

/// <summary>The encoding of an inference request and of its response.</summary>
public enum InferEncoding
{
    /// <summary>JSON, with tensors in binary behind it.</summary>
    Json,

    /// <summary>The message <c>ModelInferRequest</c> of the protocol's gRPC service; the response is a <c>ModelInferResponse</c>.</summary>
    Protobuf,
}
