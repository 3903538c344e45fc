namespace Progeny.Silo.Security.Audit;

/// <summary>What becomes of the audit log; the section <c>Audit</c> (docs/audit.md).</summary>
public sealed class AuditOptions
{
    /// <summary>The section of the settings.</summary>
    public const string Section = "Audit";

    /// <summary>After how many days entries are removed; 0: never.</summary>
    public int KeepDays { get; set; }

    /// <summary>How many refused attempts of one address are written one by one in a minute; of the others their number is.</summary>
    public int RefusedPerMinute { get; set; } = 30;

    /// <summary>The syslog server that gets the log.</summary>
    public AuditSyslogOptions Syslog { get; } = new();

    /// <summary>The collector that gets the log.</summary>
    public AuditOtlpOptions Otlp { get; } = new();
}
