using System.Collections.Immutable;
using System.Text.Json;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Requests;

/// <summary>Writes an answer to a query by rows.</summary>
internal static class PredictResponseWriter
{
    public static ServedAnswer Write(Answer answer)
    {
        var buffer = ResponseBuffer.Rent();
        Write(buffer.Json, answer);
        buffer.Json.Flush();
        return new ServedAnswer(buffer, answer.QueryIds.Length);
    }

    private static void Write(Utf8JsonWriter writer, Answer answer)
    {
        writer.WriteStartObject();
        var project = answer.Project ?? answer.Generation!.Project;
        writer.WriteString("project"u8, project);
        if (answer.Generation is not null)
            writer.WriteString("version"u8, answer.Generation.VersionIn(project));
        writer.WriteStartArray("predictions"u8);
        for (var row = 0; row < answer.QueryIds.Length; row++)
        {
            writer.WriteStartObject();
            writer.WriteString("query_id"u8, answer.QueryIds[row]);
            if (answer.PartOf(row) is { } part)
                WritePart(writer, part, answer.Generation is null ? project : null);
            PredictionWriter.Write(writer, answer.Prediction!, row);
            if (!answer.Rules.IsEmpty)
                WriteRules(writer, answer.Rules[row]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <param name="project">The project asked, where the row's version is to be told; else null.</param>
    private static void WritePart(Utf8JsonWriter writer, AnswerPart part, string? project)
    {
        if (project is not null)
            writer.WriteString("version"u8, part.Generation.VersionIn(project));
        if (part.FallbackFrom is null)
            return;
        writer.WriteStartObject("fallback"u8);
        writer.WriteString("from"u8, part.FallbackFrom);
        writer.WriteString("why"u8, part.Why);
        writer.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter writer, ImmutableArray<string> names)
    {
        if (names.IsEmpty)
            return;
        writer.WriteStartArray("rules"u8);
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
