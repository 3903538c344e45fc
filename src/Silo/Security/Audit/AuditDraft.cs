namespace Progeny.Silo.Security.Audit;

/// <summary>
/// What the audit log gets to know of a request besides the request itself; a feature of the requests of which there is an entry.
/// </summary>
public sealed class AuditDraft
{
    /// <summary>Who it is that signed in; null: who proved it with the request.</summary>
    public string? By { get; set; }

    /// <summary>What it is about, where the path does not say; null: what the path says.</summary>
    public string? Subject { get; set; }

    /// <summary>The project, where the path does not say; null: what the path says.</summary>
    public string? Project { get; set; }

    /// <summary>What the client calls itself; null: it does not say.</summary>
    public string? Claimed { get; set; }

    /// <summary>What was so before, as JSON; null: it is not known.</summary>
    public string? Before { get; set; }

    /// <summary>What is so since, as JSON; null: it is not known.</summary>
    public string? After { get; set; }
}
