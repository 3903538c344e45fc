using System.Text.Unicode;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Checks a text in UTF-8, which comes piece by piece: its bytes, its lines.</summary>
internal sealed class TextScan
{
    private const int MaxCarried = 3;

    private readonly byte[] carried = new byte[2 * MaxCarried + 2];
    private int carriedLength;
    private long line;
    private bool endsWithReturn;
    private long feeds;
    private long returnFeeds;

    /// <summary>The bytes so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The lines that have ended so far.</summary>
    public long Lines => feeds;

    /// <summary>The bytes of the longest line so far.</summary>
    public long LongestLine { get; private set; }

    /// <summary>Whether lines end in two ways.</summary>
    public bool HasMixedLines => returnFeeds > 0 && returnFeeds < feeds;

    /// <summary>Where the first byte 0 is; null: there is none.</summary>
    public (long Offset, long Line)? Zero { get; private set; }

    /// <summary>Where the first bytes are that are not UTF-8; null: there is none.</summary>
    public (long Offset, long Line)? Invalid { get; private set; }

    /// <summary>Takes the next piece.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        if (Zero is null && piece.IndexOf((byte)0) is var zero and >= 0)
            Zero = (Bytes + zero, feeds + piece[..zero].Count((byte)'\n') + 1);
        if (Invalid is null)
            Validate(piece);
        CountLines(piece);
        Bytes += piece.Length;
    }

    /// <summary>Ends the text.</summary>
    public void Complete()
    {
        if (carriedLength > 0)
            Invalid ??= (Bytes - carriedLength, feeds + 1);
        LongestLine = Math.Max(LongestLine, line);
    }

    private void CountLines(ReadOnlySpan<byte> piece)
    {
        var rest = piece;
        while (rest.IndexOf((byte)'\n') is var end and >= 0)
        {
            if (end > 0 ? rest[end - 1] == '\r' : endsWithReturn && line > 0)
                returnFeeds++;
            feeds++;
            LongestLine = Math.Max(LongestLine, line + end);
            line = 0;
            endsWithReturn = false;
            rest = rest[(end + 1)..];
        }

        line += rest.Length;
        if (rest.Length > 0)
            endsWithReturn = rest[^1] == '\r';
    }

    private void Validate(ReadOnlySpan<byte> piece)
    {
        var skipped = 0;
        if (carriedLength > 0)
        {
            // The rest of a character that the piece before has begun.
            var missing = Math.Min(LengthOf(carried[0]) - carriedLength, piece.Length);
            piece[..missing].CopyTo(carried.AsSpan(carriedLength));
            carriedLength += missing;
            skipped = missing;
            if (carriedLength < LengthOf(carried[0]))
                return;
            if (!Utf8.IsValid(carried.AsSpan(0, carriedLength)))
            {
                Invalid = (Bytes, feeds + 1);
                return;
            }

            carriedLength = 0;
        }

        var body = piece[skipped..];
        var cut = IncompleteAtEnd(body);
        if (!Utf8.IsValid(body[..^cut]))
        {
            _ = Utf8.ToUtf16(body[..^cut], new char[body.Length], out var valid, out _, replaceInvalidSequences: false);
            Invalid = (Bytes + skipped + valid, feeds + piece[..(skipped + valid)].Count((byte)'\n') + 1);
            return;
        }

        body[^cut..].CopyTo(carried);
        carriedLength = cut;
    }

    // How many bytes at the end begin a character that goes on in the next piece.
    private static int IncompleteAtEnd(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(MaxCarried, bytes.Length); back++)
        {
            var value = bytes[^back];
            if ((value & 0xC0) == 0x80)
                continue;
            return value >= 0xC0 && LengthOf(value) > back ? back : 0;
        }

        return 0;
    }

    private static int LengthOf(byte first) => first switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
}
