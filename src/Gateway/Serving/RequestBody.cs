using System.IO.Pipelines;
using Progeny.Abstractions.Serving;

namespace Progeny.Gateway.Serving;

/// <summary>
/// A whole request body: in the server's own memory where it came in one piece, else in memory of its own, until it is disposed.
/// </summary>
internal readonly struct RequestBody : IDisposable
{
    private readonly PipeReader? reader;
    private readonly SequencePosition end;
    private readonly BodyBuffer? buffer;

    public RequestBody(ReadOnlyMemory<byte> memory, PipeReader reader, SequencePosition end) =>
        (Memory, this.reader, this.end) = (memory, reader, end);

    public RequestBody(BodyBuffer buffer) => (Memory, this.buffer) = (buffer.Written, buffer);

    public RequestBody(ServingError error) => Error = error;

    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>Why there is none; null: there is.</summary>
    public ServingError? Error { get; }

    /// <summary>
    /// Lets the next request use the memory: to be called once nobody can read it any more, which after a cancellation is not known.
    /// </summary>
    public void Recycle() => buffer?.Recycle();

    public void Dispose()
    {
        reader?.AdvanceTo(end);
        buffer?.Dispose();
    }
}
