using System.Text;

namespace Progeny.Storage.Common;

/// <summary>A pattern of SQLite's LIKE or GLOB, matched in time that grows with the product of the lengths at most.</summary>
/// <remarks>
/// SQLite's own matching of the same patterns (<c>patternCompare</c> in func.c) yields the same; it starts again behind every wildcard.
/// Greedy matching needs to go back to the last one only.
/// </remarks>
internal readonly ref struct TextPattern
{
    private const int AnyOne = -1;
    private const int AnyMany = -2;
    private const int Never = -3;

    // A set of characters is this, less the place in the pattern where it begins.
    private const int FirstSet = -4;

    // Comparisons between two readings of the clock.
    private const int Stride = 4_096;

    private readonly ReadOnlySpan<byte> pattern;
    private readonly int[] parts;
    private readonly bool foldCase;

    private TextPattern(ReadOnlySpan<byte> pattern, int[] parts, bool foldCase)
    {
        this.pattern = pattern;
        this.parts = parts;
        this.foldCase = foldCase;
    }

    /// <param name="escape">The character that takes the meaning from the one behind it; null: none does.</param>
    public static TextPattern Like(ReadOnlySpan<byte> pattern, int? escape)
    {
        var found = new List<int>(pattern.Length);
        for (var i = 0; i < pattern.Length;)
        {
            var c = Next(pattern, ref i);
            if (c == escape)
                found.Add(i < pattern.Length ? Fold(Next(pattern, ref i)) : Never);
            else
                found.Add(c switch { '%' => AnyMany, '_' => AnyOne, _ => Fold(c) });
        }

        return new TextPattern(pattern, [.. found], foldCase: true);
    }

    public static TextPattern Glob(ReadOnlySpan<byte> pattern)
    {
        var found = new List<int>(pattern.Length);
        for (var i = 0; i < pattern.Length;)
        {
            switch (Next(pattern, ref i))
            {
                case '*':
                    found.Add(AnyMany);
                    break;
                case '?':
                    found.Add(AnyOne);
                    break;
                case '[':
                    var start = i;
                    found.Add(SkipSet(pattern, ref i) ? FirstSet - start : Never);
                    break;
                case var c:
                    found.Add(c);
                    break;
            }
        }

        return new TextPattern(pattern, [.. found], foldCase: false);
    }

    /// <summary>Whether the text matches; null: it was stopped before that was known.</summary>
    public bool? Matches(ReadOnlySpan<byte> text, Func<bool> isOver)
    {
        var (part, at) = (0, 0);
        var (behindMany, from) = (-1, 0);
        for (var work = 1; at < text.Length; work++)
        {
            if (work % Stride == 0 && isOver())
                return null;
            if (part < parts.Length && parts[part] == AnyMany)
            {
                (behindMany, from) = (++part, at);
                continue;
            }

            var next = at;
            var c = Next(text, ref next);
            if (part < parts.Length && IsMatch(parts[part], c))
            {
                part++;
                at = next;
            }
            else if (behindMany >= 0)
            {
                part = behindMany;
                _ = Next(text, ref from);
                at = from;
            }
            else
            {
                return false;
            }
        }

        while (part < parts.Length && parts[part] == AnyMany)
            part++;
        return part == parts.Length;
    }

    private bool IsMatch(int part, int c) => part switch
    {
        AnyOne => true,
        Never => false,
        <= FirstSet => IsInSet(FirstSet - part, c),
        _ => part == (foldCase ? Fold(c) : c),
    };

    private bool IsInSet(int start, int c)
    {
        var (seen, inverted, before) = (false, false, 0);
        var part = Next(pattern, ref start);
        if (part == '^')
        {
            inverted = true;
            part = Next(pattern, ref start);
        }

        if (part == ']')
        {
            seen = c == ']';
            part = Next(pattern, ref start);
        }

        for (; part != ']'; part = Next(pattern, ref start))
        {
            if (part == '-' && pattern[start] != ']' && before > 0)
            {
                part = Next(pattern, ref start);
                seen |= c >= before && c <= part;
                before = 0;
            }
            else
            {
                seen |= c == part;
                before = part;
            }
        }

        return seen != inverted;
    }

    /// <summary>Moves behind the ']' of a set; false: there is none.</summary>
    private static bool SkipSet(ReadOnlySpan<byte> pattern, ref int i)
    {
        if (i < pattern.Length && pattern[i] == '^')
            i++;
        if (i < pattern.Length && pattern[i] == ']')
            i++;
        while (i < pattern.Length)
        {
            if (pattern[i++] == ']')
                return true;
        }

        return false;
    }

    private static int Next(ReadOnlySpan<byte> text, ref int i)
    {
        if (text[i] < 0x80)
            return text[i++];
        Rune.DecodeFromUtf8(text[i..], out var rune, out var length);
        i += length;
        return rune.Value;
    }

    // As SQLite has it: letters of ASCII only.
    private static int Fold(int c) => c is >= 'A' and <= 'Z' ? c + ('a' - 'A') : c;
}
