using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Progeny.Core.Datasets.Rows;

/// <summary>
/// The canonical form of rows, by which they are compared: values by the names of their columns, in one order; numbers as they are,
/// however they are
/// written; a column with null as one that is missing. Objects and arrays are compared as they are written, but for spaces.
/// </summary>
internal sealed class RowCanon
{
    private readonly IReadOnlyList<string> key;
    private readonly SortedDictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
    private readonly ArrayBufferWriter<byte> contents = new(1_024);
    private readonly ArrayBufferWriter<byte> keys = new(256);

    public RowCanon(IReadOnlyList<string> key) => this.key = key;

    /// <summary>Why the last row has no identity.</summary>
    public string? Problem { get; private set; }

    public void Begin() => values.Clear();

    /// <summary>Adds the value that a reader is at.</summary>
    public void Add(string column, ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        values[column] = reader.TokenType switch
        {
            // The first letter keeps the kinds apart.
            JsonTokenType.String => "t" + reader.GetString(),
            JsonTokenType.Number => "n" + JsonNumbers.Canonical(ref reader),
            var boolean => boolean == JsonTokenType.True ? "b1" : "b0",
        };
    }

    /// <summary>Adds an object or an array.</summary>
    public void AddNested(string column, ReadOnlySpan<byte> text)
    {
        var written = new ArrayBufferWriter<byte>(text.Length);
        using (var writer = new Utf8JsonWriter(written, new JsonWriterOptions { SkipValidation = true }))
        {
            using var document = JsonDocument.Parse(text.ToArray());
            document.RootElement.WriteTo(writer);
        }

        values[column] = "j" + Encoding.UTF8.GetString(written.WrittenSpan);
    }

    /// <summary>The identity of the row; null: it lacks a column of the key.</summary>
    public RowIdentity? Identity()
    {
        keys.ResetWrittenCount();
        foreach (var column in key)
        {
            if (!values.TryGetValue(column, out var value))
            {
                Problem = $"it has no '{column}', which is of the dataset's key ({string.Join(", ", key)}).";
                return null;
            }

            Write(keys, value);
        }

        contents.ResetWrittenCount();
        foreach (var (column, value) in values)
        {
            Write(contents, column.ToUpperInvariant());
            Write(contents, value);
        }

        return RowIdentity.Of(keys.WrittenSpan, contents.WrittenSpan);
    }

    /// <summary>Writes a text with its length before it, so that no two lists of texts are written alike.</summary>
    private static void Write(ArrayBufferWriter<byte> to, string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        BitConverter.TryWriteBytes(to.GetSpan(sizeof(int)), count);
        to.Advance(sizeof(int));
        to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(count)));
    }
}
