using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Queries;

namespace Progeny.Core.QueryLog;

/// <summary>The parts of a record in JSON, as the API shows them.</summary>
public static class QueryRecordJson
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The query's own fields, or its tensors, as an object; null: they were not kept.</summary>
    public static string? Fields(QueryRecord record) => record.HasFields ? Write(record, WriteFields) : null;

    /// <summary>The features that augmentation or a rule gave, as an object; null: none.</summary>
    public static string? Augmented(QueryRecord record) => record.Augmented is { } augmented ? Write(augmented, WriteValues) : null;

    /// <summary>The prediction, or the model's outputs, as an object; null where the query failed.</summary>
    public static string? Prediction(QueryRecord record) => record.IsAnswered ? Write(record, WritePrediction) : null;

    /// <summary>The prediction of one row as an object.</summary>
    public static string Prediction(Prediction prediction) => Write(prediction, WritePrediction);

    /// <summary>Tensors as an object with a member each.</summary>
    public static string Tensors(LoggedTensors tensors) => Write(tensors, WriteTensors);

    /// <summary>One tensor as an object.</summary>
    public static string Tensor(Tensor tensor, bool hasData) =>
        Write((tensor, hasData), static (writer, of) => WriteTensor(writer, of.tensor, of.hasData));

    /// <summary>The names of the rules that fired as an array; null: none.</summary>
    public static string? Rules(QueryRecord record) => record.Rules.IsEmpty ? null : Write(record.Rules, WriteRules);

    internal static void WriteFields(Utf8JsonWriter writer, QueryRecord record)
    {
        if (record.Inputs is { } inputs)
            WriteTensors(writer, inputs);
        else
            WriteValues(writer, record.Fields!);
    }

    internal static void WriteValues(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> values)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in values)
            WriteValue(writer, name, value);
        writer.WriteEndObject();
    }

    internal static void WritePrediction(Utf8JsonWriter writer, QueryRecord record)
    {
        if (record.Outputs is { } outputs)
            WriteTensors(writer, outputs);
        else
            WritePrediction(writer, record.Prediction!);
    }

    internal static void WriteRules(Utf8JsonWriter writer, ImmutableArray<string> names)
    {
        writer.WriteStartArray();
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    private static void WritePrediction(Utf8JsonWriter writer, Prediction prediction)
    {
        writer.WriteStartObject();
        PredictionWriter.Write(writer, prediction, 0);
        writer.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter writer, LoggedTensors logged)
    {
        writer.WriteStartObject();
        foreach (var tensor in logged.Tensors)
        {
            writer.WritePropertyName(tensor.Name);
            WriteTensor(writer, tensor, logged.HasData);
        }

        writer.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter writer, Tensor tensor, bool hasData)
    {
        writer.WriteStartObject();
        TensorWriter.WriteBody(writer, tensor, hasData);
        writer.WriteEndObject();
    }

    private static string Write<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Json))
            write(writer, value);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A number that was no integer is not read back as one: to SQL, 5 and 5.0 are different things.</summary>
    private static void WriteDouble(Utf8JsonWriter writer, string name, double number)
    {
        if (number == Math.Truncate(number) && Math.Abs(number) < 1e15)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(number.ToString("0.0", CultureInfo.InvariantCulture));
        }
        else
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNull(name); break;
            case bool boolean: writer.WriteBoolean(name, boolean); break;
            case long integer: writer.WriteNumber(name, integer); break;
            case float number:
                writer.WritePropertyName(name);
                JsonFloats.Write(writer, number);
                break;
            case double number: WriteDouble(writer, name, number); break;
            default: writer.WriteString(name, (string)value); break;
        }
    }
}
