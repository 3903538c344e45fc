namespace Progeny.Gateway.Common;

/// <summary>The body of a request that came compressed. Damage and size are judged on what comes out.</summary>
internal sealed class CompressedBody(Stream inflated, string encoding, long maxBytes) : Stream
{
    private long total;

    /// <summary>What was wrong with it; null: nothing so far.</summary>
    public string? Problem { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await inflated.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            throw Damaged(exception.Message.TrimEnd('.'));
        }

        // The decompressors take a few bytes of something else for nothing at all.
        if (count == 0 && total == 0 && buffer.Length > 0)
            throw Damaged("nothing comes of it");
        total += count;
        return total <= maxBytes
            ? count
            : throw Refuse(
                $"The body has more than {maxBytes} bytes when it is decompressed, the most allowed.",
                StatusCodes.Status413PayloadTooLarge);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await inflated.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inflated.Dispose();
        base.Dispose(disposing);
    }

    private BadHttpRequestException Damaged(string why) =>
        Refuse($"The request says 'Content-Encoding: {encoding}', and its body is damaged or not compressed so: {why}.", StatusCodes.Status400BadRequest);

    private BadHttpRequestException Refuse(string problem, int status)
    {
        Problem = problem;
        return new BadHttpRequestException(problem, status);
    }
}
