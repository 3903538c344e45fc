using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>
/// The bytes of a <see cref="QueryBatch"/>. All of this is stored: it must not change.
/// </summary>
/// <remarks>
/// The first byte is <see cref="Version"/>. Then come requests, and behind each its records (rows). Whole numbers are variable-length, 7
/// bits a byte, the low ones first; signed ones fold the sign into the lowest bit. Fixed-width numbers are little-endian. A text is its
/// length in bytes and UTF-8. A word is an index among the words of the layout.
/// <code>
/// request: rows, time (8 bytes: ticks of 100 ns since the year 1, UTC), word arm, word reason, flags,
///          [text error], [text entity], latency (augment, queue, predict, total)
/// row:     flags, id (16 bytes or text), [text entity], [fields], [prediction], [rules]
/// fields:  [missing, a bit a feature], [augmented, a bit a feature], values of the features that are not missing,
///          [originals: number, then index and value of each], a value for each extra
/// </code>
/// </remarks>
internal static class QueryFormat
{
    public const byte Version = 1;

    public const int IdBytes = 16;

    public static int BitBytes(int count) => (count + 7) / 8;

    /// <summary>The flags of a request.</summary>
    [Flags]
    public enum RequestFlags : byte
    {
        Error = 1,

        /// <summary>The entity stands beside the rows.</summary>
        Entity = 2,

        /// <summary>The rows have scores.</summary>
        Scores = 4,

        /// <summary>The one row's fields are tensors.</summary>
        Inputs = 8,

        /// <summary>The one row's prediction is tensors.</summary>
        Outputs = 16,
    }

    /// <summary>The flags of a row.</summary>
    [Flags]
    public enum RowFlags : byte
    {
        /// <summary>The id is a UUID in its usual form.</summary>
        Uuid = 1,

        /// <summary>The fields are kept.</summary>
        Fields = 2,
        Missing = 4,
        Augmented = 8,
        Originals = 16,
        Rules = 32,

        /// <summary>The row's entity follows as a text.</summary>
        Entity = 64,

        /// <summary>The entity is the value of the field that the layout names.</summary>
        EntityField = 128,
    }

    /// <summary>What stands before a value of any type.</summary>
    public enum Any : byte
    {
        Null,
        False,
        True,
        Integer,
        Double,
        Text,
        Float,
    }
}
