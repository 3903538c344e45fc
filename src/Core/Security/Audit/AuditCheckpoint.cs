using System.Text.Json;

namespace Progeny.Core.Security.Audit;

/// <summary>What an entry about removed entries says: up to which, and the hash of the last of them, on which the chain goes on.</summary>
/// <param name="Through">The number of the last entry that was removed.</param>
/// <param name="Hash">That entry's hash, in hexadecimal digits.</param>
public sealed record AuditCheckpoint(long Through, string Hash)
{
    /// <summary>The action of the entry.</summary>
    public const string Action = "audit.prune";

    /// <summary>The entry.</summary>
    public AuditEntry ToEntry(DateTimeOffset at) => new()
    {
        At = at,
        By = AuditEntry.Platform,
        Action = Action,
        After = JsonSerializer.Serialize(this, JsonSerializerOptions.Web),
    };

    /// <summary>Reads an entry; null: it is about something else.</summary>
    public static AuditCheckpoint? Of(AuditEntry entry)
    {
        if (entry is not { Action: Action, By: AuditEntry.Platform, After: { } text })
            return null;
        try
        {
            return JsonSerializer.Deserialize<AuditCheckpoint>(text, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
