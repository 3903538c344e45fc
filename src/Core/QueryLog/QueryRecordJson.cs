using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Queries;

namespace Progeny.Core.QueryLog;

/// <summary>A record of a batch with its parts in JSON, as the API shows them.</summary>
internal static class QueryRecordJson
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static QueryRecord Write(QueryBatchReader reader)
    {
        var generation = reader.Batch.Generation;
        var record = new QueryRecord
        {
            At = reader.At,
            QueryId = reader.QueryId,
            Project = reader.Batch.Project,
            GenerationProject = generation.Project == reader.Batch.Project ? null : generation.Project,
            Release = generation.Release,
            Generation = generation.Generation,
            Arm = reader.Arm,
            Reason = reader.Reason,
            Entity = reader.Entity,
            Error = reader.Error,
            Latency = reader.Latency,
        };
        if (reader.IsJson)
        {
            var (fields, augmented, prediction, rules) = QueryJsonCodec.Read(reader.FieldsCursor());
            return record with { Fields = fields, Augmented = augmented, Prediction = prediction, Rules = rules };
        }

        return record with
        {
            Fields = !reader.HasFields ? null : reader.HasInputs ? TensorsJson(reader.FieldsCursor()) : FieldsJson(reader),
            Augmented = reader.HasFeatures ? AugmentedJson(reader) : null,
            Prediction = PredictionJson(reader),
            Rules = reader.Rules.Count == 0 ? null : RulesJson(reader.Rules),
        };
    }

    /// <summary>The prediction as a JSON object; null where the query failed.</summary>
    public static string? PredictionJson(QueryBatchReader reader)
    {
        if (reader.IsJson)
            return QueryJsonCodec.Read(reader.FieldsCursor()).Prediction;
        if (reader.HasScores)
        {
            return Object(reader, static (writer, reader) =>
                PredictionWriter.Write(writer, reader.Batch.Layout.Classes, reader.Scores, reader.Label));
        }

        return reader.HasOutputs ? TensorsJson(reader.OutputsCursor()) : null;
    }

    /// <summary>The prediction of a row as records show it.</summary>
    public static string PredictionJson(Prediction prediction, int row) =>
        Object((prediction, row), static (writer, of) => PredictionWriter.Write(writer, of.prediction, of.row));

    /// <summary>Tensors as records show them.</summary>
    public static string TensorsJson(IReadOnlyList<Tensor> tensors, bool withData) => Object((tensors, withData), static (writer, of) =>
    {
        foreach (var tensor in of.tensors)
        {
            writer.WriteStartObject(tensor.Name);
            TensorWriter.WriteBody(writer, tensor, of.withData);
            writer.WriteEndObject();
        }
    });

    private static string FieldsJson(QueryBatchReader reader) => Object(reader, static (writer, reader) =>
    {
        var layout = reader.Batch.Layout;
        // A value that a rule replaced is among both: what the client gave, and what the model was given.
        var originals = reader.GetOriginals();
        for (var i = 0; i < layout.Features.Length; i++)
        {
            if (originals.TryGetValue(i, out var original))
                WriteValue(writer, layout.Features[i].Name, original);
            if (!reader.IsAugmented(i))
                WriteValue(writer, layout.Features[i].Name, reader.GetField(i));
        }

        for (var i = 0; i < layout.Extras.Length; i++)
            WriteValue(writer, layout.Extras[i], reader.GetField(layout.Features.Length + i));
    });

    private static string? AugmentedJson(QueryBatchReader reader)
    {
        var features = reader.Batch.Layout.Features;
        var any = false;
        for (var i = 0; i < features.Length && !any; i++)
            any = reader.IsAugmented(i);
        return !any ? null : Object(reader, static (writer, reader) =>
        {
            var features = reader.Batch.Layout.Features;
            for (var i = 0; i < features.Length; i++)
            {
                if (reader.IsAugmented(i))
                    WriteValue(writer, features[i].Name, reader.GetField(i));
            }
        });
    }

    private static string RulesJson(IReadOnlyList<string> names) => Write(names, static (writer, names) =>
    {
        writer.WriteStartArray();
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    });

    private static string TensorsJson(SpanReader from)
    {
        var (tensors, withData) = TensorCodec.Read(ref from);
        return TensorsJson(tensors, withData);
    }

    private static string Object<T>(T value, Action<Utf8JsonWriter, T> write) => Write((value, write), static (writer, of) =>
    {
        writer.WriteStartObject();
        of.write(writer, of.value);
        writer.WriteEndObject();
    });

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
