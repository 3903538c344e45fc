using System.Buffers;
using System.IO.Pipelines;
using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Progeny.Silo.Hosting;

/// <summary>
/// Serves HTTP/2 without TLS on the port of HTTP/1.1, for clients of gRPC that know it beforehand (RFC 9113, 3.3): a connection that begins
/// with the preface of HTTP/2 is served as such. The server decides that by the endpoint alone (dotnet/aspnetcore#56984); what overrides it
/// for one connection is a feature that is not public yet.
/// </summary>
internal static class Http2Preface
{
    private const string ProtocolsFeature = "Microsoft.AspNetCore.Server.Kestrel.Core.Internal.HttpProtocolsFeature";

    private static readonly Type? _feature = typeof(KestrelServerOptions).Assembly.GetType(ProtocolsFeature);
    private static readonly object? _http2 = _feature is null ? null : Activator.CreateInstance(
        _feature, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, [HttpProtocols.Http2], null);

    /// <summary>Whether this version of the server can be told the protocol of a connection.</summary>
    public static bool IsServed => _http2 is not null;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Looks at the first bytes of each connection, and leaves them to be read.</summary>
    public static ConnectionDelegate Apply(ConnectionDelegate next) => _http2 is null ? next : async connection =>
    {
        if (await BeginsWithPrefaceAsync(connection.Transport.Input, connection.ConnectionClosed))
            connection.Features[_feature!] = _http2;
        await next(connection);
    };

    private static async ValueTask<bool> BeginsWithPrefaceAsync(PipeReader input, CancellationToken closed)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync(closed);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                return false; // The server meets the same end of the connection.
            }

            var length = (int)Math.Min(read.Buffer.Length, Preface.Length);
            var agrees = Agrees(read.Buffer.Slice(0, length));
            var isKnown = !agrees || length == Preface.Length || read.IsCompleted || read.IsCanceled;
            input.AdvanceTo(read.Buffer.Start, isKnown ? read.Buffer.Start : read.Buffer.End);
            if (isKnown)
                return agrees && length == Preface.Length;
        }
    }

    private static bool Agrees(ReadOnlySequence<byte> first)
    {
        Span<byte> bytes = stackalloc byte[(int)first.Length];
        first.CopyTo(bytes);
        return bytes.SequenceEqual(Preface[..bytes.Length]);
    }
}
