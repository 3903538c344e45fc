using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Progeny.Storage.Tests.Stores;

/// <summary>A way to a PostgreSQL server on which connections are lost after a statement was sent and before its answer comes.</summary>
internal sealed class LossyProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly int port;
    private int losses;
    private byte[] statement = [];

    public LossyProxy(int port)
    {
        this.port = port;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many more connections are lost.</summary>
    public int Losses => Volatile.Read(ref losses);

    /// <summary>Loses the next connections that send a statement with a text.</summary>
    public void Lose(string text, int times)
    {
        statement = Encoding.ASCII.GetBytes(text);
        Volatile.Write(ref losses, times);
    }

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, port);
            var answers = CopyAsync(server, client);
            await ForwardAsync(client, server);
            // The server ends what it was told to do.
            await answers;
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // One side is gone.
        }

        client.Dispose();
    }

    private async Task ForwardAsync(TcpClient client, TcpClient server)
    {
        var buffer = new byte[1 << 20];
        int length;
        while ((length = await client.GetStream().ReadAsync(buffer)) > 0)
        {
            var isLost = Losses > 0 && buffer.AsSpan(0, length).IndexOf(statement) >= 0 && Interlocked.Decrement(ref losses) >= 0;
            if (isLost)
                client.Client.Shutdown(SocketShutdown.Send);
            await server.GetStream().WriteAsync(buffer.AsMemory(0, length));
        }

        server.Client.Shutdown(SocketShutdown.Send);
    }

    private static async Task CopyAsync(TcpClient server, TcpClient client)
    {
        var buffer = new byte[1 << 16];
        int length;
        var isOpen = true;
        while ((length = await server.GetStream().ReadAsync(buffer)) > 0)
        {
            try
            {
                if (isOpen)
                    await client.GetStream().WriteAsync(buffer.AsMemory(0, length));
            }
            catch (Exception exception)
                when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                isOpen = false;
            }
        }
    }
}
