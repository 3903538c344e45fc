using System.Buffers;
using System.Text;
using System.Text.Json;
using Progeny.Core.Security.Audit;

namespace Progeny.Silo.Security.Audit;

/// <summary>An entry as a line of JSON, as receivers get it.</summary>
internal static class AuditText
{
    private static readonly int[] Refusals = [
        StatusCodes.Status401Unauthorized,
        StatusCodes.Status403Forbidden,
        StatusCodes.Status421MisdirectedRequest,
    ];

    /// <summary>Whether the entry is about an attempt that was refused.</summary>
    public static bool IsRefusal(AuditEntry entry) => Array.IndexOf(Refusals, entry.Status) >= 0 || entry.Action == RefusedAttempts.Action;

    public static string Of(StoredAuditEntry stored)
    {
        var entry = stored.ToEntry();
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", stored.Sequence);
            json.WriteString("time", entry.At);
            Write(json, "by", entry.By);
            Write(json, "action", entry.Action);
            Write(json, "from", entry.From);
            Write(json, "request", entry.Request);
            Write(json, "project", entry.Project);
            Write(json, "subject", entry.Subject);
            json.WriteNumber("status", stored.Status);
            Write(json, "trace_id", entry.TraceId);
            WriteJson(json, "before", entry.Before);
            WriteJson(json, "after", entry.After);
            json.WriteString("hash", Convert.ToHexStringLower(stored.Hash));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    private static void WriteJson(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null)
            return;
        json.WritePropertyName(name);
        try
        {
            using var value = JsonDocument.Parse(text);
            value.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteStringValue(text);
        }
    }
}
