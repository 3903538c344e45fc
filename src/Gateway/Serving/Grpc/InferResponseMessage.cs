using System.Buffers;
using Grpc.Core;
using Progeny.Core.Serving.Requests;

namespace Progeny.Gateway.Serving.Grpc;

/// <summary>The bytes of a response, which are sent once.</summary>
/// <param name="Before">What comes before the answer.</param>
/// <param name="Answer">The answer; its memory is given back when it has been sent.</param>
internal sealed record InferResponseMessage(ReadOnlyMemory<byte> Before, ServedAnswer Answer)
{
    /// <summary>Copies the bytes into the server's memory.</summary>
    public void Send(SerializationContext context)
    {
        using var answer = Answer;
        context.SetPayloadLength(Before.Length + answer.Body.Length);
        var writer = context.GetBufferWriter();
        writer.Write(Before.Span);
        writer.Write(answer.Body.Span);
        context.Complete();
    }
}
