using System.Text;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>The encodings of texts: by name, and by their first bytes.</summary>
internal static class TextEncodings
{
    private const int Windows1252 = 1252;

    // Of the first bytes of a text in UTF-16, mostly in a Latin script, so many have a zero beside them.
    private const double ShareOfZeros = 0.4;

    /// <summary>What is assumed of a text that is not UTF-8.</summary>
    public static Encoding Western { get; } = CodePagesEncodingProvider.Instance.GetEncoding(Windows1252)!;

    /// <summary>The names that somebody can say.</summary>
    public const string Names = "utf-8, utf-16, utf-16le, utf-16be, latin-1, windows-1252";

    /// <exception cref="IngestException">It is no name of an encoding that is known here.</exception>
    public static Encoding? Named(string? name) => name?.ToLowerInvariant() switch
    {
        null => null,
        "utf-8" or "utf8" => Strict(new UTF8Encoding()),
        "utf-16" or "utf16" or "utf-16le" or "utf16le" => Strict(new UnicodeEncoding(bigEndian: false, byteOrderMark: true)),
        "utf-16be" or "utf16be" => Strict(new UnicodeEncoding(bigEndian: true, byteOrderMark: true)),
        "latin-1" or "latin1" or "iso-8859-1" => Encoding.Latin1,
        "windows-1252" or "cp1252" => Western,
        _ => throw new IngestException($"'{name}' is no encoding that is read here; there are {Names}."),
    };

    /// <summary>The encoding that the first bytes of a text show, and the bytes of its mark; null: none.</summary>
    public static (Encoding? Encoding, int Mark) Detect(ReadOnlySpan<byte> head) => head switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Named("utf-8"), 3),
        [0xFF, 0xFE, ..] => (Named("utf-16le"), 2),
        [0xFE, 0xFF, ..] => (Named("utf-16be"), 2),
        _ when Zeros(head, 1) > ShareOfZeros && Zeros(head, 0) == 0 => (Named("utf-16le"), 0),
        _ when Zeros(head, 0) > ShareOfZeros && Zeros(head, 1) == 0 => (Named("utf-16be"), 0),
        _ => (null, 0),
    };

    private static double Zeros(ReadOnlySpan<byte> head, int from)
    {
        if (head.Length < 4)
            return 0;
        var zeros = 0;
        for (var i = from; i < head.Length; i += 2)
            zeros += head[i] == 0 ? 1 : 0;
        return zeros * 2.0 / head.Length;
    }

    private static Encoding Strict(Encoding encoding) => Encoding.GetEncoding(
        encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
}
