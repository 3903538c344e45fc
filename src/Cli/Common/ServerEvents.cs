namespace Progeny.Cli.Common;

/// <summary>An open stream of server-sent events.</summary>
internal sealed class ServerEvents(HttpResponseMessage response, Stream stream, Uri address, TimeProvider time) : IDisposable
{
    // A server says something every ten seconds, if only that it lives.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    private readonly StreamReader reader = new(stream);

    /// <summary>Waits for the next event.</summary>
    /// <exception cref="ServerUnreachableException">The server ended the stream, the connection broke, or nothing came for half a minute.</exception>
    public async Task<ServerEvent> NextAsync(CancellationToken cancellationToken)
    {
        var (name, data) = ("message", new List<string>());
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.Length == 0 && data.Count > 0)
                return new ServerEvent(name, string.Join('\n', data));
            if (line.Length == 0)
                name = "message";
            else if (Field(line, "event") is { } given)
                name = given;
            else if (Field(line, "data") is { } more)
                data.Add(more);
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }

    private static string? Field(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ':'
            ? line[(name.Length + 1)..].TrimStart(' ')
            : null;

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await reader.ReadLineAsync(either.Token) ?? throw Broken("the server has ended the stream");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Broken($"nothing came for {TimeLimit.TotalSeconds:0} s");
        }
        catch (IOException exception)
        {
            throw Broken(exception.Message);
        }
    }

    private ServerUnreachableException Broken(string reason) => new(address, new HttpRequestException(reason));
}
