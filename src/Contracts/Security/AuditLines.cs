using System.Text;
using System.Text.Json;
using Progeny.Contracts.Common;

namespace Progeny.Contracts.Security;

/// <summary>An exported audit log: an entry a line as JSON, and where it ends in the last one.</summary>
public static class AuditLines
{
    /// <summary>Writes a value as a line.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, ApiJson.Options);

    /// <summary>Reads a line.</summary>
    /// <returns>An entry, or the end.</returns>
    /// <exception cref="JsonException">It is neither.</exception>
    public static (AuditEntryView? Entry, AuditEndView? End) Read(string line)
    {
        using var json = JsonDocument.Parse(line);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("it is no object");
        if (json.RootElement.TryGetProperty("end", out _))
        {
            var end = json.RootElement.Deserialize<AuditEndView>(ApiJson.Options)!;
            return (null, end with { Hash = Given(end.Hash, "hash"), Seal = Given(end.Seal, "seal") });
        }

        var entry = json.RootElement.Deserialize<AuditEntryView>(ApiJson.Options)!;
        return (entry with { Previous = Given(entry.Previous, "previous"), Hash = Given(entry.Hash, "hash") }, null);
    }

    /// <summary>The bytes of an entry's texts as they are hashed, in their order.</summary>
    public static IReadOnlyList<byte[]?> TextsOf(AuditEntryView entry)
    {
        string?[] texts =
        [
            entry.By, entry.From, entry.Action, entry.Request, entry.Project, entry.Subject, entry.TraceId, Raw(entry.Before), Raw(
                entry.After),
        ];
        return [.. texts.Select(text => text is null ? null : Encoding.UTF8.GetBytes(text))];
    }

    private static string Given(string? text, string name) => text ?? throw new JsonException($"it has no '{name}'");

    private static string? Raw(JsonElement? value) => value is { ValueKind: not JsonValueKind.Undefined } json ? json.GetRawText() : null;
}
