namespace Progeny.Gateway.Hosting;

internal static class Requests
{
    /// <summary>The most bytes of a request body; packages may be larger (see the releases API).</summary>
    public const long MostBytes = 64L << 20;

    /// <summary>Reads a whole body into memory of its own, which may be passed on.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is { } length and <= MostBytes)
        {
            var exact = new byte[length];
            await request.Body.ReadExactlyAsync(exact, cancellationToken);
            return exact;
        }

        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }
}
