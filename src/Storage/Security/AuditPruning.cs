namespace Progeny.Storage.Security;

/// <summary>How old entries are removed: all before the first that is young enough, and never the last one.</summary>
internal static class AuditPruning
{
    public const string SelectThrough =
        """
        SELECT min(coalesce((SELECT min(sequence) - 1 FROM audit WHERE at >= @before), (SELECT last FROM audit_end)), (SELECT last FROM audit_end) - 1)
        """;

    public const string SelectHash = "SELECT hash FROM audit WHERE sequence = @through";

    /// <summary>The triggers let go what the end says is removed.</summary>
    public const string Delete = "UPDATE audit_end SET pruned = @through; DELETE FROM audit WHERE sequence <= @through";
}
