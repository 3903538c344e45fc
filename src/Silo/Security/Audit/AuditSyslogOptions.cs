namespace Progeny.Silo.Security.Audit;

/// <summary>The settings <c>Audit:Syslog:…</c>: a syslog server that gets the audit log.</summary>
public sealed class AuditSyslogOptions
{
    /// <summary>Its address: <c>udp://host:514</c>, <c>tcp://host:601</c> or <c>unix:///dev/log</c>; null: there is none.</summary>
    public string? Address { get; set; }
}
