using Progeny.Core.Common;
using Progeny.Core.Security.Audit;

namespace Progeny.Silo.Security.Audit;

/// <summary>
/// Sends entries as records of a log by OTLP over HTTP, in JSON. What the collector took it acknowledges; the exporter for logs of the
/// node's own would drop what it cannot send.
/// </summary>
internal sealed class OtlpReceiver(Uri endpoint, NodeName node) : IAuditReceiver, IDisposable
{
    private const int Information = 9;
    private const int Warning = 13;
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Uri _logs = new(endpoint.AbsoluteUri.TrimEnd('/') + "/v1/logs");

    /// <inheritdoc/>
    public string Name { get; } =
        $"otlp {endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}";

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<StoredAuditEntry> entries, CancellationToken cancellationToken)
    {
        var logs = new
        {
            resourceLogs = new[]
            {
                new
                {
                    resource = new { attributes = new[]
                    {
                        Attribute("service.name", "progeny"),
                        Attribute("service.instance.id", node.Value),
                    } },
                    scopeLogs = new[] { new { scope = new { name = "progeny.audit" }, logRecords = entries.Select(Record) } },
                },
            },
        };
        using var answer = await _http.PostAsJsonAsync(_logs, logs, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();

    private static object Record(StoredAuditEntry stored)
    {
        var entry = stored.ToEntry();
        var isRefusal = AuditText.IsRefusal(entry);
        return new
        {
            timeUnixNano = (stored.At * NanosecondsPerMillisecond).ToString(System.Globalization.CultureInfo.InvariantCulture),
            severityNumber = isRefusal ? Warning : Information,
            severityText = isRefusal ? "WARN" : "INFO",
            body = new { stringValue = AuditText.Of(stored) },
            attributes = new[] { Attribute("event.name", $"progeny.audit.{entry.Action}"), Attribute("enduser.id", entry.By) },
        };
    }

    private static object Attribute(string key, string value) => new { key, value = new { stringValue = value } };
}
