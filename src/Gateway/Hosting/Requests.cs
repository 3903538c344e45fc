namespace Progeny.Gateway.Hosting;

internal static class Requests
{
    /// <summary>The most bytes of a request body; packages may be larger (see the releases API).</summary>
    public const long MostBytes = 64L << 20;

    /// <summary>Reads a whole body into memory of its own, which may be passed on.</summary>
    /// <param name="padding">How many bytes of that memory come before the body, so that what is inside it lies well.</param>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken, int padding = 0)
    {
        if (request.ContentLength is { } length and <= MostBytes)
        {
            var exact = new byte[padding + length];
            await request.Body.ReadExactlyAsync(exact.AsMemory(padding), cancellationToken);
            return exact.AsMemory(padding);
        }

        using var buffer = new MemoryStream();
        buffer.SetLength(padding);
        buffer.Position = padding;
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return buffer.GetBuffer().AsMemory(padding, (int)buffer.Length - padding);
    }
}
