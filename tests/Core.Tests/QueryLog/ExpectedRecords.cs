using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Tests.QueryLog;

/// <summary>What the records of an entry must read, written straight from the entry.</summary>
internal static class ExpectedRecords
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<ShownRecord> Of(QueryLogEntry entry)
    {
        for (var row = 0; row < entry.QueryIds.Length; row++)
        {
            var rest = new QueryRecord
            {
                At = entry.At,
                QueryId = entry.QueryIds[row],
                Project = entry.Plan.Generation.Project,
                Release = entry.Plan.Generation.Release,
                Generation = entry.Plan.Generation.Generation,
                Arm = entry.Arm,
                Reason = entry.Reason,
                Entity = entry.Rows is null ? entry.Tensors?.Entity : entry.Rows.EntityOf(row),
                Error = entry.Error,
                Latency = entry.Latency,
            };
            yield return new ShownRecord(
                rest,
                entry.Rows is null ? Tensors(entry.Tensors!.Inputs) : Fields(entry.Rows, row, augmented: false),
                entry.Rows is null ? null : Fields(entry.Rows, row, augmented: true),
                entry.Prediction is not null ? Prediction(entry.Prediction, row) : entry.Error is null ? Tensors(entry.Outputs) : null,
                entry.Rules.IsEmpty || entry.Rules[row].IsEmpty ? null : JsonSerializer.Serialize(entry.Rules[row], Relaxed));
        }
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string? Fields(QueryRows rows, int row, bool augmented)
    {
        var any = !augmented;
        var json = Write(writer =>
        {
            foreach (var column in rows.Features.Columns)
            {
                if (!augmented && column.TryGetOriginal(row, out var original))
                    Value(writer, column.Feature.Name, original);
                if (column.IsAugmented(row) != augmented)
                    continue;
                any = true;
                Value(writer, column.Feature.Name, column.Get(row));
            }

            for (var extra = 0; extra < rows.Schema.Extras.Count && !augmented; extra++)
                Value(writer, rows.Schema.Extras[extra], rows.GetExtra(row, extra));
        });
        return any ? json : null;
    }

    private static string Prediction(Prediction prediction, int row) => Write(writer => PredictionWriter.Write(writer, prediction, row));

    private static string Tensors(ImmutableArray<Tensor> tensors)
    {
        var bytes = tensors.Sum(
            tensor => tensor.Type == DataType.Bytes ? tensor.Elements.Sum(element => (long)element.Length) : tensor.Data.Length);
        return Write(writer =>
        {
            foreach (var tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                TensorWriter.WriteBody(writer, tensor, withData: bytes <= 64 * 1024);
                writer.WriteEndObject();
            }
        });
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Json))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Value(Utf8JsonWriter writer, string name, object? value)
    {
        writer.WritePropertyName(name);
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case bool boolean: writer.WriteBooleanValue(boolean); break;
            case long integer: writer.WriteNumberValue(integer); break;
            case float and 0 and var zero when float.IsNegative(zero): writer.WriteRawValue("-0.0"); break;
            case float number: writer.WriteNumberValue(number); break;
            case double number: writer.WriteNumberValue(number); break;
            default: writer.WriteStringValue((string)value); break;
        }
    }
}
