using System.Buffers;
using System.IO.Pipelines;
using Progeny.Gateway.Hosting;

namespace Progeny.Gateway.Serving;

/// <summary>A whole request body; where it came in one piece it stays in the server's own memory until it is disposed.</summary>
internal readonly struct RequestBody : IDisposable
{
    /// <summary>Larger ones would fill the server's buffers before they are whole.</summary>
    private const int MostBytesInPlace = 16 << 10;

    private readonly PipeReader? reader;
    private readonly SequencePosition end;

    private RequestBody(ReadOnlyMemory<byte> memory, PipeReader? reader, SequencePosition end) => (Memory, this.reader, this.end) = (memory, reader, end);

    public ReadOnlyMemory<byte> Memory { get; }

    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is not (> 0 and <= MostBytesInPlace))
            return new RequestBody(await Requests.ReadBodyAsync(request, cancellationToken), null, default);
        var pipe = request.BodyReader;
        var result = await pipe.ReadAtLeastAsync((int)request.ContentLength, cancellationToken);
        var buffer = result.Buffer;
        return new RequestBody(buffer.IsSingleSegment ? buffer.First : buffer.ToArray(), pipe, buffer.End);
    }

    public void Dispose() => reader?.AdvanceTo(end);
}
