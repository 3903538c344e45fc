using System.Buffers;
using System.Text.Json;
using Progeny.Core.Feeds;

namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>Rows of a feed as lines of JSON.</summary>
internal sealed class FeedLines
{
    private readonly ArrayBufferWriter<byte> lines = new();

    public int Rows { get; private set; }

    public ReadOnlyMemory<byte> Body => lines.WrittenMemory;

    /// <summary>Adds the reader's current row.</summary>
    public void Add(IFeedReader reader)
    {
        using (var writer = new Utf8JsonWriter(lines))
        {
            writer.WriteStartObject();
            for (var i = 0; i < reader.Columns.Count; i++)
            {
                writer.WritePropertyName(reader.Columns[i]);
                Write(writer, reader.GetValue(i));
            }

            writer.WriteEndObject();
        }

        lines.Write("\n"u8);
        Rows++;
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case long whole:
                writer.WriteNumberValue(whole);
                break;
            case int whole:
                writer.WriteNumberValue(whole);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            default:
                // What is not finite has no number in JSON.
                writer.WriteStringValue(FormattableString.Invariant($"{value}"));
                break;
        }
    }
}
