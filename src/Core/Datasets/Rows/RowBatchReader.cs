using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Progeny.Core.Datasets.Rows;

/// <summary>Reads a batch of rows, an object of JSON a line, and checks each of them.</summary>
public sealed class RowBatchReader
{
    /// <summary>The most columns of a batch.</summary>
    public const int MaxColumns = 10_000;

    /// <summary>The most bytes of a line.</summary>
    public const int MaxLineBytes = 4 << 20;

    private const int MaxNameLength = 255;

    private readonly List<string> names = [];
    private readonly List<byte[]> encoded = [];
    private readonly List<ValueKinds> kinds = [];
    private readonly List<int> seen = [];
    private readonly Dictionary<string, int> places = new(StringComparer.OrdinalIgnoreCase);
    private readonly IReadOnlyList<string> key;
    private readonly RowCanon? canon;
    private int rows;
    private int line;

    private RowBatchReader(IReadOnlyList<string> key)
    {
        this.key = key;
        canon = key.Count > 0 ? new RowCanon(key) : null;
    }

    /// <summary>Reads a batch.</summary>
    /// <param name="key">The columns of the dataset's key; none: it has none.</param>
    /// <exception cref="RowLineException">A line is no row.</exception>
    public static RowBatch Read(ReadOnlyMemory<byte> body, IReadOnlyList<string> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new RowBatchReader(key).Read(body);
    }

    private RowBatch Read(ReadOnlyMemory<byte> body)
    {
        var text = body.Span;
        List<Range> lines = [];
        List<int>? numbers = null;
        List<RowIdentity> identities = [];
        var at = text.StartsWith("\uFEFF"u8) ? 3 : 0;
        while (at < text.Length)
        {
            var length = text[at..].IndexOf((byte)'\n');
            var end = length < 0 ? text.Length : at + length;
            line++;
            if (text[at..end].IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') >= 0)
            {
                ReadRow(text[at..end]);
                if (canon is not null)
                    identities.Add(canon.Identity() ?? throw Fault(canon.Problem!));
                lines.Add(at..end);
                numbers?.Add(line);
            }
            else
            {
                numbers ??= [.. Enumerable.Range(1, lines.Count)];
            }

            at = end + 1;
        }

        return new RowBatch
        {
            Body = body,
            Lines = lines,
            Numbers = numbers,
            Columns = [.. names.Select((name, i) => new RowColumn(name, kinds[i]))],
            Key = key,
            Identities = identities,
        };
    }

    private void ReadRow(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxLineBytes)
            throw Fault($"it has {text.Length:#,0} bytes; a row may have up to {MaxLineBytes:#,0}.");
        if (!Utf8.IsValid(text))
            throw Fault("it is not UTF-8.");
        rows++;
        canon?.Begin();
        var columns = 0;
        try
        {
            var reader = new Utf8JsonReader(text);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Fault("a row is an object of JSON, such as {\"id\": 7, \"name\": \"x\"}.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var column = PlaceOf(ref reader, columns++);
                reader.Read();
                kinds[column] |= KindOf(ref reader, text, column);
            }

            if (reader.Read())
                throw Fault("there is more than one object in it; each is a line of its own.");
        }
        catch (JsonException exception)
        {
            throw Fault($"it is no object of JSON: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            // Escapes name half of a surrogate pair.
            throw Fault("it has a text that is no valid Unicode.");
        }

        if (columns == 0)
            throw Fault("the row has no columns.");
    }

    private ValueKinds KindOf(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, int column)
    {
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            canon?.AddNested(names[column], text[start..(int)reader.BytesConsumed]);
            return ValueKinds.Nested;
        }

        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
            _ = reader.GetString();
        canon?.Add(names[column], ref reader);
        return reader.TokenType switch
        {
            JsonTokenType.Null => ValueKinds.None,
            JsonTokenType.String => ValueKinds.Text,
            JsonTokenType.Number => JsonNumbers.KindOf(ref reader),
            _ => ValueKinds.Boolean,
        };
    }

    /// <param name="expected">The column where rows of the same shape have this name.</param>
    private int PlaceOf(ref Utf8JsonReader reader, int expected)
    {
        var place = expected < names.Count && reader.ValueTextEquals(encoded[expected]) ? expected : Find(reader.GetString()!);
        if (seen[place] == rows)
            throw Fault($"the column '{names[place]}' comes twice; names of columns are the same where they differ in case alone.");
        seen[place] = rows;
        return place;
    }

    private int Find(string name)
    {
        if (places.TryGetValue(name, out var place))
            return place;
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl))
            throw Fault($"the name of a column has 1 to {MaxNameLength} characters, none of which is a control character.");
        if (names.Count == MaxColumns)
            throw Fault($"it brings more than {MaxColumns:#,0} columns, '{name}' among them; put wider tables as files.");
        places[name] = names.Count;
        names.Add(name);
        encoded.Add(Encoding.UTF8.GetBytes(name));
        kinds.Add(ValueKinds.None);
        seen.Add(0);
        return names.Count - 1;
    }

    private RowLineException Fault(string problem) => new(line, problem);
}
