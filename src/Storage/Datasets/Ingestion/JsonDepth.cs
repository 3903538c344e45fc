using System.Buffers;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Bounds how deep the values of a JSON text are nested, before a parser that calls itself at each level reads it.</summary>
internal static class JsonDepth
{
    /// <summary>The deepest nesting that is read.</summary>
    public const int Max = 1_000;

    private const int PieceBytes = 256 * 1024;

    private static readonly SearchValues<byte> _outside = SearchValues.Create("\"{}[]\n"u8);
    private static readonly SearchValues<byte> _inside = SearchValues.Create("\"\\\n"u8);

    /// <exception cref="UnreadableTableException">It is nested deeper than <see cref="Max"/>; the message names the line.</exception>
    public static void Check(string path, CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        var buffer = new byte[PieceBytes];
        var (depth, line, isString, isEscaped) = (0, 1L, false, false);
        while (file.Read(buffer) is var read and > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rest = buffer.AsSpan(0, read);
            while (rest.Length > 0)
            {
                if (isEscaped)
                {
                    isEscaped = false;
                    rest = rest[1..];
                    continue;
                }

                var next = rest.IndexOfAny(isString ? _inside : _outside);
                if (next < 0)
                    break;
                switch (rest[next])
                {
                    case (byte)'"':
                        isString = !isString;
                        break;
                    case (byte)'\\':
                        isEscaped = true;
                        break;
                    case (byte)'\n':
                        // A string of JSON has no line end; in NDJSON a damaged line ends with it.
                        (isString, line) = (false, line + 1);
                        break;
                    case (byte)'{' or (byte)'[':
                        if (++depth > Max)
                            throw new UnreadableTableException($"Line {line} has JSON that is nested deeper than {Max:N0} levels.");
                        break;
                    default:
                        depth = Math.Max(0, depth - 1);
                        break;
                }

                rest = rest[(next + 1)..];
            }
        }
    }
}
