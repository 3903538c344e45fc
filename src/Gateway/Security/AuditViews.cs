using System.Text.Json;
using Progeny.Contracts.Security;
using Progeny.Core.Security.Audit;

namespace Progeny.Gateway.Security;

internal static class AuditViews
{
    public static AuditEntryView ToView(this StoredAuditEntry stored)
    {
        var entry = stored.ToEntry();
        return new AuditEntryView(
            stored.Sequence,
            stored.At,
            entry.At,
            entry.By,
            entry.Action,
            entry.From,
            entry.Request,
            entry.Project,
            entry.Subject,
            stored.Status,
            entry.TraceId,
            Json(entry.Before),
            Json(entry.After),
            Convert.ToHexStringLower(stored.Previous),
            Convert.ToHexStringLower(stored.Hash));
    }

    public static AuditEndView ToView(this AuditEnd end) =>
        new(end.Last, Convert.ToHexStringLower(end.Hash), Convert.ToHexStringLower(end.Seal));

    public static AuditVerificationView ToView(this AuditVerification found) =>
        new(found.IsIntact, found.Entries, found.First, found.Last, found.IsSealed, found.Problem, found.Entry);

    // What is no JSON was changed by somebody, which a check of the log finds; it is shown as a text.
    private static JsonElement? Json(string? text)
    {
        if (text is null)
            return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }
}
