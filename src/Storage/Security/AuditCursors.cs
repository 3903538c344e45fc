namespace Progeny.Storage.Security;

/// <summary>How far each receiver of the audit log has got.</summary>
internal static class AuditCursors
{
    public const string Select = "SELECT coalesce(max(through), 0) FROM audit_cursors WHERE receiver = @receiver";

    public const string Update =
        """
        INSERT INTO audit_cursors (receiver, through) VALUES (@receiver, @through)
        ON CONFLICT (receiver) DO UPDATE SET through = excluded.through
        """;
}
