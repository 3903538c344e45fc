using System.Buffers;
using System.IO.Compression;
using System.Text;
using ZstdSharp;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Makes plain texts of files: unpacked, in UTF-8, without a byte order mark.</summary>
/// <param name="maxBytes">The most bytes of an unpacked file.</param>
internal sealed class TextFile(long maxBytes)
{
    private const int PieceBytes = 256 * 1024;
    private const int HeadBytes = 4 * 1024;

    /// <summary>Unpacks a file that is no text.</summary>
    /// <exception cref="UnreadableTableException">It is damaged, or too large unpacked.</exception>
    public Task UnpackAsync(string path, string compression, string target, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var source = Open(path, compression);
            using var output = File.Create(target, PieceBytes);
            var buffer = new byte[PieceBytes];
            while (Read(source, buffer, output.Position, compression) is var read and > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Limit(output.Position + read);
                output.Write(buffer, 0, read);
            }
        },
        cancellationToken);

    /// <summary>Reads a file from end to end, as a text.</summary>
    /// <param name="target">The file for the text, where the given one is not it already.</param>
    /// <exception cref="UnreadableTableException">It is no text, or damaged.</exception>
    public Task<PlainText> ReadAsync(
        string path, string? compression, string? encoding, string target, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var named = TextEncodings.Named(encoding);
            var (detected, mark) = TextEncodings.Detect(Head(path, compression));
            var found = mark > 0 ? detected : named ?? detected;
            string? note = null;
            if (found is null or UTF8Encoding)
            {
                var scan = Copy(path, compression, mark, compression is null && mark == 0 ? null : target, cancellationToken);
                if (scan.Zero is { } zero)
                    throw new UnreadableTableException($"It is no text: line {zero.Line} has a byte 0 (at byte {zero.Offset}).");
                if (scan.Invalid is not { } invalid)
                    return Text(compression is null && mark == 0 ? path : target, scan, null);
                if (found is not null)
                {
                    throw new UnreadableTableException(
                        $"It is not UTF-8{(mark > 0 ? ", as its byte order mark says" : "")}: line {invalid.Line} has other bytes (from "
                            + $"byte {invalid.Offset} on). Save it as UTF-8.");
                }

                found = TextEncodings.Western;
                note = $"It is not UTF-8 (line {invalid.Line}) and was read as windows-1252; 'encoding' says another.";
            }

            return Text(target, Decode(path, compression, found, mark, target, cancellationToken), note);
        },
        cancellationToken);

    private static PlainText Text(string path, TextScan scan, string? note) =>
        new(path, scan.Bytes, scan.LongestLine, scan.HasMixedLines, note);

    private static byte[] Head(string path, string? compression)
    {
        using var source = Open(path, compression);
        var head = new byte[HeadBytes];
        var length = 0;
        while (length < head.Length && Read(source, head.AsSpan(length), length, compression) is var read and > 0)
            length += read;
        return head[..length];
    }

    private TextScan Copy(string path, string? compression, int skip, string? target, CancellationToken cancellationToken)
    {
        var scan = new TextScan();
        using var source = Open(path, compression);
        using var output = target is null ? null : File.Create(target, PieceBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (Read(source, buffer, scan.Bytes, compression) is var read and > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var piece = buffer.AsSpan(0, read);
                var mark = Math.Min(skip, read);
                skip -= mark;
                scan.Add(piece[mark..]);
                if (scan.Zero is not null)
                    return scan;
                if (output is not null)
                    Limit(scan.Bytes);
                output?.Write(piece[mark..]);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        scan.Complete();
        return scan;
    }

    private TextScan Decode(
        string path, string? compression, Encoding encoding, int mark, string target, CancellationToken cancellationToken)
    {
        var scan = new TextScan();
        var decoder = encoding.GetDecoder();
        using var source = Open(path, compression);
        using var output = File.Create(target, PieceBytes);
        var bytes = new byte[PieceBytes];
        var chars = new char[encoding.GetMaxCharCount(PieceBytes)];
        var text = new byte[Encoding.UTF8.GetMaxByteCount(chars.Length)];
        var utf8 = Encoding.UTF8.GetEncoder();
        long offset = 0;
        bool isLast;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = Read(source, bytes, offset, compression);
            isLast = read == 0;
            var skipped = offset == 0 ? Math.Min(mark, read) : 0;
            try
            {
                var count = decoder.GetChars(bytes.AsSpan(skipped, read - skipped), chars, isLast);
                var piece = text.AsSpan(0, utf8.GetBytes(chars.AsSpan(0, count), text, isLast));
                scan.Add(piece);
                Limit(scan.Bytes);
                output.Write(piece);
            }
            catch (DecoderFallbackException exception)
            {
                throw new UnreadableTableException(
                    $"It is no {encoding.WebName}: look at line {scan.Lines + 1} (from byte {offset} on).", exception);
            }

            offset += read;
        }
        while (!isLast);
        scan.Complete();
        return scan.Zero is { } zero
            ? throw new UnreadableTableException($"It is no text: line {zero.Line} has a character 0.")
            : scan;
    }

    /// <summary>Opens a file to be read, unpacked.</summary>
    public static Stream Open(string path, string? compression)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, PieceBytes);
        return compression switch
        {
            "gzip" => new GZipStream(file, CompressionMode.Decompress),
            "zstd" => new DecompressionStream(file, leaveOpen: false),
            _ => file,
        };
    }

    private static int Read(Stream source, Span<byte> buffer, long offset, string? compression)
    {
        try
        {
            return source.Read(buffer);
        }
        catch (Exception exception) when (exception is InvalidDataException or ZstdException or EndOfStreamException)
        {
            throw new UnreadableTableException(
                $"Its {compression} ends too early or is damaged: {offset:N0} bytes could be unpacked ({exception.Message.TrimEnd('.')}). "
                    + "Send "
                    + "the whole file.",
                exception);
        }
    }

    private void Limit(long bytes)
    {
        if (bytes > maxBytes)
        {
            throw new UnreadableTableException(
                $"As a plain text it has more than {maxBytes:N0} bytes, the most that temporary files may take (Datasets:TemporaryBytes).");
        }
    }
}
