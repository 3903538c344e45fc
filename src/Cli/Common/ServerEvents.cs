using System.Net.ServerSentEvents;

namespace Progeny.Cli.Common;

/// <summary>An open stream of server-sent events, until it is cancelled.</summary>
internal sealed class ServerEvents(
    HttpResponseMessage response, Stream stream, Uri address, TimeProvider time, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    // A server says something every ten seconds, if only in a comment.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    private readonly IAsyncEnumerator<SseItem<string>> events =
        SseParser.Create(new TimedStream(stream, TimeLimit, time)).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Waits for the next event.</summary>
    /// <exception cref="ServerUnreachableException">The server ended the stream, the connection broke, or nothing came for half a
    /// minute.</exception>
    public async Task<SseItem<string>> NextAsync()
    {
        try
        {
            return await events.MoveNextAsync() ? events.Current : throw new IOException("the server has ended the stream");
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            throw new ServerUnreachableException(address, new HttpRequestException(exception.Message));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await events.DisposeAsync();
        await stream.DisposeAsync();
        response.Dispose();
    }
}
