using System.Text;
using SQLitePCL;

namespace Progeny.Storage.Common;

/// <summary>
/// The functions of SQLite whose time grows with the product of two lengths, in the place of its own: with the same results, but a call
/// checks the
/// clock. SQLite itself does so between the steps of a statement only, never inside a function.
/// </summary>
internal static class SqliteTextFunctions
{
    private const int Deterministic = 0x800;
    private const int Innocuous = 0x200000;

    // Comparisons between two readings of the clock.
    private const int Stride = 16 << 20;

    /// <summary>Registers <c>instr</c>, <c>replace</c>, and <c>trim</c>, <c>ltrim</c>, <c>rtrim</c> with a set of characters.</summary>
    /// <param name="isOver">Whether the time is over; the statement is then interrupted.</param>
    public static void Register(sqlite3 database, Func<bool> isOver)
    {
        Register(database, "instr", 2, (context, arguments) => Instr(context, arguments, isOver));
        Register(database, "replace", 3, (context, arguments) => Replace(database, context, arguments, isOver));
        Register(database, "trim", 2, (context, arguments) => Trim(context, arguments, left: true, right: true, isOver));
        Register(database, "ltrim", 2, (context, arguments) => Trim(context, arguments, left: true, right: false, isOver));
        Register(database, "rtrim", 2, (context, arguments) => Trim(context, arguments, left: false, right: true, isOver));
    }

    /// <summary>Registers what the operators <c>LIKE</c> and <c>GLOB</c> call. An index serves them no longer.</summary>
    public static void RegisterPatterns(sqlite3 database, Func<bool> isOver)
    {
        Register(database, "like", 2, (context, arguments) => Match(database, context, arguments, glob: false, isOver));
        Register(database, "like", 3, (context, arguments) => Match(database, context, arguments, glob: false, isOver));
        Register(database, "glob", 2, (context, arguments) => Match(database, context, arguments, glob: true, isOver));
    }

    private static void Register(sqlite3 database, string name, int arity, Action<sqlite3_context, sqlite3_value[]> function)
    {
        var code = raw.sqlite3_create_function(database, name, arity, Deterministic | Innocuous, null, (context, _, arguments) =>
        {
            // No exception may leave through SQLite's frames.
            try
            {
                function(context, arguments);
            }
            catch (Exception exception)
            {
                raw.sqlite3_result_error(context, exception.Message);
            }
        });
        if (code != raw.SQLITE_OK)
            throw new InvalidOperationException($"SQLite takes no function {name} ({raw.sqlite3_errstr(code).utf8_to_string()}).");
    }

    private static void Instr(sqlite3_context context, sqlite3_value[] arguments, Func<bool> isOver)
    {
        if (IsNull(arguments[0]) || IsNull(arguments[1]))
        {
            raw.sqlite3_result_null(context);
            return;
        }

        var bytes = Type(arguments[0]) == raw.SQLITE_BLOB && Type(arguments[1]) == raw.SQLITE_BLOB;
        var text = Bytes(arguments[0]);
        if (Find(text, Bytes(arguments[1]), isOver) is not { } found)
            Stop(context);
        else
            raw.sqlite3_result_int(context, found < 0 ? 0 : 1 + (bytes ? found : Characters(text[..found])));
    }

    private static void Replace(sqlite3 database, sqlite3_context context, sqlite3_value[] arguments, Func<bool> isOver)
    {
        if (IsNull(arguments[0]) || IsNull(arguments[1]))
        {
            raw.sqlite3_result_null(context);
            return;
        }

        ReadOnlySpan<byte> text = Bytes(arguments[0]), old = Bytes(arguments[1]);
        if (old.IsEmpty || old[0] == 0)
        {
            Return(context, text);
            return;
        }

        if (IsNull(arguments[2]))
        {
            raw.sqlite3_result_null(context);
            return;
        }

        var by = Bytes(arguments[2]);
        var most = raw.sqlite3_limit(database, raw.SQLITE_LIMIT_LENGTH, -1);
        var result = new MemoryStream(text.Length);
        while (true)
        {
            if (Find(text, old, isOver) is not { } found)
            {
                Stop(context);
                return;
            }

            result.Write(text[..(found < 0 ? text.Length : found)]);
            if (found >= 0)
                result.Write(by);
            if (result.Length > most)
            {
                raw.sqlite3_result_error_toobig(context);
                return;
            }

            if (found < 0)
                break;
            text = text[(found + old.Length)..];
        }

        Return(context, result.GetBuffer().AsSpan(0, (int)result.Length));
    }

    private static void Trim(sqlite3_context context, sqlite3_value[] arguments, bool left, bool right, Func<bool> isOver)
    {
        if (IsNull(arguments[0]) || IsNull(arguments[1]))
        {
            raw.sqlite3_result_null(context);
            return;
        }

        var text = Bytes(arguments[0]);
        var characters = new HashSet<Rune>();
        foreach (var character in Runes(UpToZero(Bytes(arguments[1]))))
            characters.Add(character);
        if (isOver())
        {
            Stop(context);
            return;
        }

        while (left && !text.IsEmpty && Rune.DecodeFromUtf8(text, out var first, out var length) is var _ && characters.Contains(first))
            text = text[length..];
        while (right && !text.IsEmpty && Rune.DecodeLastFromUtf8(text, out var last, out var length) is var _ && characters.Contains(last))
            text = text[..^length];
        Return(context, text);
    }

    private static void Match(sqlite3 database, sqlite3_context context, sqlite3_value[] arguments, bool glob, Func<bool> isOver)
    {
        if (Type(arguments[0]) == raw.SQLITE_BLOB || Type(arguments[1]) == raw.SQLITE_BLOB)
        {
            raw.sqlite3_result_int(context, 0);
            return;
        }

        var pattern = Bytes(arguments[0]);
        if (pattern.Length > raw.sqlite3_limit(database, raw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, -1))
        {
            raw.sqlite3_result_error(context, "LIKE or GLOB pattern too complex");
            return;
        }

        int? escape = null;
        if (arguments.Length == 3)
        {
            if (IsNull(arguments[2]))
            {
                raw.sqlite3_result_null(context);
                return;
            }

            var runes = Runes(UpToZero(Bytes(arguments[2])));
            if (runes.Count != 1)
            {
                raw.sqlite3_result_error(context, "ESCAPE expression must be a single character");
                return;
            }

            escape = runes[0].Value;
        }

        if (IsNull(arguments[0]) || IsNull(arguments[1]))
        {
            raw.sqlite3_result_null(context);
            return;
        }

        pattern = UpToZero(pattern);
        var compiled = glob ? TextPattern.Glob(pattern) : TextPattern.Like(pattern, escape);
        if (isOver() || compiled.Matches(UpToZero(Bytes(arguments[1])), isOver) is not { } matches)
            Stop(context);
        else
            raw.sqlite3_result_int(context, matches ? 1 : 0);
    }

    /// <summary>The place of the first occurrence, negative where there is none; null: the time is over.</summary>
    private static int? Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted, Func<bool> isOver)
    {
        // The worst case of a search costs the product of the lengths, so a longer text is searched in slices.
        var step = 64 + (Stride / (wanted.Length + 1));
        for (var from = 0; ; from += step)
        {
            if (isOver())
                return null;
            var slice = text[from..Math.Min(text.Length, from + step + wanted.Length - 1 + (wanted.IsEmpty ? 1 : 0))];
            if (slice.IndexOf(wanted) is var found and >= 0)
                return from + found;
            if (text.Length - from <= step)
                return -1;
        }
    }

    private static int Characters(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var part in text)
            count += (part & 0xC0) == 0x80 ? 0 : 1;
        return count;
    }

    private static List<Rune> Runes(ReadOnlySpan<byte> text)
    {
        var runes = new List<Rune>();
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var rune, out var length);
            runes.Add(rune);
            text = text[length..];
        }

        return runes;
    }

    // Where SQLite reads a text up to its first zero.
    private static ReadOnlySpan<byte> UpToZero(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is var end and >= 0 ? text[..end] : text;

    private static ReadOnlySpan<byte> Bytes(sqlite3_value value) => raw.sqlite3_value_blob(value);

    private static int Type(sqlite3_value value) => raw.sqlite3_value_type(value);

    private static bool IsNull(sqlite3_value value) => Type(value) == raw.SQLITE_NULL;

    private static void Return(sqlite3_context context, ReadOnlySpan<byte> text)
    {
        // A span of nothing would be passed on as a null pointer, which is NULL.
        if (text.IsEmpty)
            raw.sqlite3_result_text(context, "");
        else
            raw.sqlite3_result_text(context, text);
    }

    private static void Stop(sqlite3_context context) => raw.sqlite3_result_error_code(context, raw.SQLITE_INTERRUPT);
}
