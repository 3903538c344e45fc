using System.Globalization;
using System.Text.Json;

namespace Progeny.Storage.Apply;

/// <summary>The rows of a chunk that have no prediction, as lines of JSON with the number of the row and the reason.</summary>
internal sealed class BadRows
{
    private readonly MemoryStream lines = new();

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>The first one, for messages; null: there is none.</summary>
    public string? First { get; private set; }

    /// <summary>Adds those of a batch.</summary>
    public void Add(ApplyBatch batch)
    {
        for (var row = 0; row < batch.Answers.Rows && batch.Answers.Bad > 0; row++)
        {
            if (batch.Answers.ProblemOf(row) is not { } problem)
                continue;
            var number = batch.First + row;
            First ??= string.Create(CultureInfo.InvariantCulture, $"row {number}: {problem}");
            Count++;
            using (var json = new Utf8JsonWriter(lines))
            {
                json.WriteStartObject();
                json.WriteNumber("row"u8, number);
                json.WriteString("reason"u8, problem);
                json.WriteEndObject();
            }

            lines.WriteByte((byte)'\n');
        }
    }

    /// <summary>Takes the lines; none are left.</summary>
    public Stream Take()
    {
        var taken = new MemoryStream(lines.ToArray(), writable: false);
        lines.SetLength(0);
        Count = 0;
        return taken;
    }
}
