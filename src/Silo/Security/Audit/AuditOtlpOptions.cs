namespace Progeny.Silo.Security.Audit;

/// <summary>The settings <c>Audit:Otlp:…</c>: a collector that gets the audit log.</summary>
public sealed class AuditOtlpOptions
{
    /// <summary>Its address, to which OTLP over HTTP is sent (<c>/v1/logs</c> below it); null: there is none.</summary>
    public string? Endpoint { get; set; }
}
