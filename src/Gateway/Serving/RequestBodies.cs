using System.Buffers;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving.Inference;

namespace Progeny.Gateway.Serving;

/// <summary>
/// Reads the bodies of queries: within a size, a time and the node's memory for bodies. A body takes no memory for what it only announces.
/// </summary>
internal sealed class RequestBodies(ServingOptions options, TimeProvider time)
{
    /// <summary>The most bytes of a small body; larger ones would fill the server's buffers before they are whole.</summary>
    public const int MaxSmallBytes = 16 << 10;

    private const int FirstBytes = 16 << 10;

    private static readonly ServingError NoRoom = new(
        ServingErrorKind.Unavailable,
        "The bodies of the requests under way take all of the memory that the node has for them (Serving:MaxBodyMemory); come back later.");

    private readonly BodyBudget budget = new(options.MaxBodyMemory);

    /// <summary>The bytes that bodies hold, beside those in the server's own memory.</summary>
    public long Held => budget.Taken;

    /// <summary>Whether a body is so small, by its own word, that reading it costs next to nothing.</summary>
    public static bool IsSmall(HttpRequest request) => request.ContentLength is <= MaxSmallBytes;

    /// <summary>Reads a body that is used up when the request has been answered.</summary>
    /// <exception cref="BadHttpRequestException">It is too large (413) or comes too slowly (408).</exception>
    public async ValueTask<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is not (> 0 and <= MaxSmallBytes) || request.ContentLength > options.MaxBodyBytes)
            return await ReadOwnAsync(request, cancellationToken);
        var pipe = request.BodyReader;
        var result = await pipe.ReadAtLeastAsync((int)request.ContentLength, cancellationToken);
        var buffer = result.Buffer;
        return new RequestBody(buffer.IsSingleSegment ? buffer.First : buffer.ToArray(), pipe, buffer.End);
    }

    /// <summary>Reads a body into memory that may outlive the request.</summary>
    /// <exception cref="BadHttpRequestException">It is too large (413) or comes too slowly (408).</exception>
    public async ValueTask<RequestBody> ReadOwnAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > options.MaxBodyBytes)
            throw TooLarge();
        var buffer = new BodyBuffer(budget);
        try
        {
            // A small one that is slow is cut off by the server, which asks for a rate.
            var isRead = IsSmall(request)
                ? await FillAsync(buffer, request, cancellationToken)
                : await FillInTimeAsync(buffer, request, cancellationToken);
            if (isRead)
                return new RequestBody(buffer);
            buffer.Recycle();
            buffer.Dispose();
            return new RequestBody(NoRoom);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Copies a body that the server holds already, and will use its memory for another.</summary>
    public RequestBody Copy(in ReadOnlySequence<byte> sequence)
    {
        var buffer = new BodyBuffer(budget);
        if (!sequence.IsEmpty && !buffer.TryGrow((int)sequence.Length))
        {
            buffer.Dispose();
            return new RequestBody(NoRoom);
        }

        sequence.CopyTo(buffer.Free.Span);
        buffer.Advance((int)sequence.Length);
        return new RequestBody(buffer);
    }

    private async Task<bool> FillInTimeAsync(BodyBuffer buffer, HttpRequest request, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.BodyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await FillAsync(buffer, request, either.Token);
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BadHttpRequestException(
                $"The body was not whole after {options.BodyTimeout:c} (Serving:BodyTimeout); {buffer.Count} bytes had come.",
                StatusCodes.Status408RequestTimeout,
                exception);
        }
    }

    /// <returns>False: the node has no memory for it.</returns>
    private async Task<bool> FillAsync(BodyBuffer buffer, HttpRequest request, CancellationToken cancellationToken)
    {
        var length = request.ContentLength;
        while (buffer.Count != length)
        {
            if (buffer.Free.IsEmpty
                && !buffer.TryGrow((int)Math.Min(Math.Max(FirstBytes, 2L * buffer.Count), length ?? options.MaxBodyBytes + 1L)))
                return false;
            var count = await request.Body.ReadAsync(buffer.Free, cancellationToken);
            if (count == 0)
                return true;
            buffer.Advance(count);
            if (buffer.Count > options.MaxBodyBytes)
                throw TooLarge();
        }

        return true;
    }

    private BadHttpRequestException TooLarge() => new(
        $"The body of a query may have at most {options.MaxBodyBytes} bytes, decompressed (Serving:MaxBodyBytes); this one has more.",
        StatusCodes.Status413PayloadTooLarge);
}
