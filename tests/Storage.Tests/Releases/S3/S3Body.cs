using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Progeny.Storage.Tests.Releases.S3;

/// <summary>
/// The contents of a request, written to a file and checked: their hash or the signatures of their chunks, their length and their checksum.
/// </summary>
internal static class S3Body
{
    private const string Chunked = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string ChunkedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private const string ChecksumHeader = "x-amz-checksum-crc32";

    /// <summary>Receives the contents.</summary>
    /// <param name="isChanged">Whether a byte of them changes on the way.</param>
    /// <returns>Their MD5 in hexadecimal digits, and their CRC-32 as the service writes it.</returns>
    /// <exception cref="S3Error">They are not what was signed or announced.</exception>
    public static async Task<(string Md5, string Crc)> ReceiveAsync(HttpRequest request, S3Signature signature, string path, bool isChanged)
    {
        await using var file = File.Create(path);
        var sums = new Sums();
        var announced = request.Headers[ChecksumHeader].ToString();
        if (signature.Payload is Chunked or ChunkedTrailer)
        {
            var length = await ReceiveChunksAsync(request.BodyReader, signature, file, sums, isChanged);
            if (length != long.Parse(request.Headers["x-amz-decoded-content-length"].ToString(), CultureInfo.InvariantCulture))
                throw new S3Error(400, "IncompleteBody");
            if (signature.Payload == ChunkedTrailer)
                announced = await ReceiveTrailerAsync(request, signature);
        }
        else
        {
            await ReceivePlainAsync(request.Body, signature, file, sums);
        }

        var (md5, crc) = sums.End();
        return announced.Length == 0 || announced == crc ? (md5, crc) : throw new S3Error(400, "BadDigest");
    }

    private static async Task ReceivePlainAsync(Stream body, S3Signature signature, FileStream file, Sums sums)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        while (await body.ReadAsync(buffer) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
            sums.Add(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read));
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != signature.Payload)
            throw new S3Error(400, "XAmzContentSHA256Mismatch");
    }

    private static async Task<long> ReceiveChunksAsync(PipeReader body, S3Signature signature, FileStream file, Sums sums, bool isChanged)
    {
        long length = 0;
        while (true)
        {
            if ((await ReadLineAsync(body)).Split(";chunk-signature=") is not [var text, var signed])
                throw new S3Error(400, "InvalidChunk");
            var size = int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(size, 1));
            try
            {
                await ReadExactlyAsync(body, buffer.AsMemory(0, size));
                if (isChanged && length == 0)
                    buffer[0] ^= 1;
                signature.CheckChunk(buffer.AsSpan(0, size), signed);
                if (size == 0)
                    return length;
                sums.Add(buffer.AsSpan(0, size));
                await file.WriteAsync(buffer.AsMemory(0, size));
                length += size;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            if ((await ReadLineAsync(body)).Length > 0)
                throw new S3Error(400, "InvalidChunk");
        }
    }

    private static async Task<string> ReceiveTrailerAsync(HttpRequest request, S3Signature signature)
    {
        var checksum = await ReadLineAsync(request.BodyReader);
        if (request.Headers["x-amz-trailer"] != ChecksumHeader || checksum.Split(':') is not [ChecksumHeader, var value])
            throw new S3Error(400, "MalformedTrailerError");
        if ((await ReadLineAsync(request.BodyReader)).Split(':') is not ["x-amz-trailer-signature", var signed])
            throw new S3Error(400, "MalformedTrailerError");
        signature.CheckTrailer($"{checksum}\n", signed);
        return value;
    }

    private static async Task<string> ReadLineAsync(PipeReader body)
    {
        while (true)
        {
            var result = await body.ReadAsync();
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.ASCII.GetString(result.Buffer.Slice(0, end)).TrimEnd('\r');
                body.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }

            if (result.IsCompleted)
                throw new S3Error(400, "IncompleteBody");
            body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static async Task ReadExactlyAsync(PipeReader body, Memory<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var result = await body.ReadAsync();
            var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, buffer.Length));
            part.CopyTo(buffer.Span);
            buffer = buffer[(int)part.Length..];
            body.AdvanceTo(part.End);
            if (result.IsCompleted && buffer.Length > 0)
                throw new S3Error(400, "IncompleteBody");
        }
    }

    private sealed class Sums
    {
        private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        private readonly Crc32 _crc = new();

        public void Add(ReadOnlySpan<byte> bytes)
        {
            _md5.AppendData(bytes);
            _crc.Append(bytes);
        }

        public (string Md5, string Crc) End()
        {
            var crc = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(crc, _crc.GetCurrentHashAsUInt32());
            using (_md5)
                return (Convert.ToHexStringLower(_md5.GetHashAndReset()), Convert.ToBase64String(crc));
        }
    }
}
