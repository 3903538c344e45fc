using System.Text.Json;
using Progeny.Core.Security.Audit;

namespace Progeny.Storage.Security;

/// <summary>Notes of what is about to be done: rows that go when their entry is written.</summary>
internal static class AuditIntents
{
    public const string Insert = "INSERT INTO audit_intents (node, at, entry) VALUES (@node, @at, @entry) RETURNING id";

    public const string Delete = "DELETE FROM audit_intents WHERE id = @intent";

    /// <summary>Takes the notes of a node, and old ones of others, out of the table.</summary>
    public const string TakeLost = "DELETE FROM audit_intents WHERE node = @node OR at < @before RETURNING id, entry";

    /// <summary>The parameters of <see cref="Insert"/>.</summary>
    public static object Parameters(AuditEntry intent, string node) =>
        new { node, at = intent.At.ToUnixTimeMilliseconds(), entry = JsonSerializer.Serialize(intent) };

    /// <summary>The entries of notes, in the order in which they were made.</summary>
    public static IEnumerable<AuditEntry> ToEntries(IEnumerable<(long Id, string Entry)> notes) => notes
        .OrderBy(note => note.Id)
        .Select(note => JsonSerializer.Deserialize<AuditEntry>(note.Entry)! with { Status = 0, After = AuditEntry.Lost });
}
