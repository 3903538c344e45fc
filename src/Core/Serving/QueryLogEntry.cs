using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Progeny.Abstractions.Serving;

namespace Progeny.Core.Serving;

/// <summary>One answered request on its way to the query log. What it costs to write it out is paid off the way of the query.</summary>
public sealed class QueryLogEntry
{
    private const int MostTensorBytes = 64 * 1024;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required DateTimeOffset At { get; init; }

    public required ServedGeneration Served { get; init; }

    public required string Arm { get; init; }

    public required string Reason { get; init; }

    public required ImmutableArray<string> QueryIds { get; init; }

    /// <summary>The rows asked about; null for tensors that a model took as they were.</summary>
    public QueryRows? Rows { get; init; }

    /// <summary>The tensors that a model took as they were.</summary>
    public InferQuery? Tensors { get; init; }

    public Prediction? Prediction { get; init; }

    public ImmutableArray<Tensor> Outputs { get; init; } = [];

    public string? Error { get; init; }

    /// <summary>For each row the names of the rules that fired; empty where none fired on any row.</summary>
    public ImmutableArray<ImmutableArray<string>> Rules { get; init; } = [];

    public required QueryLatency Latency { get; init; }

    /// <summary>The records: one a row.</summary>
    public IEnumerable<QueryRecord> ToRecords()
    {
        for (var row = 0; row < QueryIds.Length; row++)
        {
            yield return new QueryRecord
            {
                At = At,
                QueryId = QueryIds[row],
                Project = Served.Reference.Project,
                Release = Served.Reference.Release,
                Generation = Served.Reference.Generation,
                Arm = Arm,
                Reason = Reason,
                Entity = Rows is null ? Tensors?.Entity : Rows.EntityOf(row),
                Fields = Rows is null ? TensorsJson(Tensors!.Inputs) : FieldsJson(Rows, row, augmented: false)!,
                Augmented = Rows is null ? null : FieldsJson(Rows, row, augmented: true),
                Prediction = Prediction is not null ? PredictionJson(Prediction, row) : Error is null ? TensorsJson(Outputs) : null,
                Error = Error,
                Rules = Rules.IsEmpty || Rules[row].IsEmpty ? null : RulesJson(Rules[row]),
                Latency = Latency,
            };
        }
    }

    private static string? FieldsJson(QueryRows rows, int row, bool augmented)
    {
        var any = false;
        var json = Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var column in rows.Features.Columns)
            {
                // A value that a rule replaced is among both: what the client gave, and what the model was given.
                if (!augmented && column.TryGetOriginal(row, out var original))
                    WriteValue(writer, column.Feature.Name, original);
                if (column.IsAugmented(row) != augmented)
                    continue;
                any = true;
                WriteValue(writer, column.Feature.Name, column.Get(row));
            }

            for (var extra = 0; extra < rows.Schema.Extras.Count && !augmented; extra++)
                WriteValue(writer, rows.Schema.Extras[extra], rows.GetExtra(row, extra));
            writer.WriteEndObject();
        });
        return any || !augmented ? json : null;
    }

    private static string RulesJson(ImmutableArray<string> names) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    });

    private static string PredictionJson(Prediction prediction, int row) => Write(writer =>
    {
        writer.WriteStartObject();
        PredictionWriter.Write(writer, prediction, row);
        writer.WriteEndObject();
    });

    private static string TensorsJson(ImmutableArray<Tensor> tensors)
    {
        // Images and the like would drown the log: beyond a bound only their type and shape are kept.
        var bytes = tensors.Sum(tensor => tensor.Type == DataType.Bytes ? tensor.Strings.Sum(text => (long)text.Length) : tensor.Data.Length);
        return Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                TensorWriter.WriteBody(writer, tensor, withData: bytes <= MostTensorBytes);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Json))
            write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNull(name); break;
            case bool boolean: writer.WriteBoolean(name, boolean); break;
            case long integer: writer.WriteNumber(name, integer); break;
            case float number: writer.WriteNumber(name, number); break;
            case double number: writer.WriteNumber(name, number); break;
            default: writer.WriteString(name, (string)value); break;
        }
    }
}
