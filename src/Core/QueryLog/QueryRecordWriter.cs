using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Progeny.Core.QueryLog;

/// <summary>
/// A record in JSON as it is published: the members and names of the API's queries, with the project, and without what is known only
/// later (attempts and outcomes).
/// </summary>
public static class QueryRecordWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes one JSON object in one line.</summary>
    public static void Write(IBufferWriter<byte> output, QueryRecord record)
    {
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        writer.WriteString("project"u8, record.Project);
        writer.WriteString("query_id"u8, record.QueryId);
        writer.WriteString("at"u8, record.At);
        writer.WriteString("version"u8, $"{record.Release}:{record.Generation}");
        if (record.GenerationProject is { } other)
            writer.WriteString("generation_project"u8, other);
        writer.WriteString("arm"u8, record.Arm);
        writer.WriteString("reason"u8, record.Reason);
        if (record.Entity is not null)
            writer.WriteString("entity"u8, record.Entity);
        if (record.HasFields)
        {
            writer.WritePropertyName("fields"u8);
            QueryRecordJson.WriteFields(writer, record);
        }

        if (record.Augmented is { } augmented)
        {
            writer.WritePropertyName("augmented"u8);
            QueryRecordJson.WriteValues(writer, augmented);
        }

        if (record.IsAnswered)
        {
            writer.WritePropertyName("prediction"u8);
            QueryRecordJson.WritePrediction(writer, record);
        }

        if (record.Error is not null)
            writer.WriteString("error"u8, record.Error);
        if (!record.Rules.IsEmpty)
        {
            writer.WritePropertyName("rules"u8);
            QueryRecordJson.WriteRules(writer, record.Rules);
        }

        writer.WriteStartObject("latency"u8);
        writer.WriteNumber("augment"u8, record.Latency.Augment);
        writer.WriteNumber("queue"u8, record.Latency.Queue);
        writer.WriteNumber("predict"u8, record.Latency.Predict);
        writer.WriteNumber("total"u8, record.Latency.Total);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
