using Google.Protobuf;
using Progeny.Core.Serving.Requests;

namespace Progeny.Gateway.Serving.Grpc;

/// <summary>Messages of a stream: a response, or why a request was refused.</summary>
internal static class StreamMessages
{
    /// <summary>Wraps an answer as a <c>ModelStreamInferResponse</c>.</summary>
    public static InferResponseMessage Wrap(ServedAnswer answer)
    {
        if (answer.Error is { } error)
            return new(new ModelStreamInferResponse { ErrorMessage = ServingProblems.Describe(error) }.ToByteArray(), default);
        // The field that holds the response, and its length; the response itself is behind it, in the bytes in which it was written.
        var before = new byte[CodedOutputStream.ComputeTagSize(ModelStreamInferResponse.InferResponseFieldNumber)
            + CodedOutputStream.ComputeLengthSize(answer.Body.Length)];
        using var output = new CodedOutputStream(before);
        output.WriteTag(ModelStreamInferResponse.InferResponseFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteLength(answer.Body.Length);
        output.Flush();
        return new(before, answer);
    }
}
