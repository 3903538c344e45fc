using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace Progeny.Silo.Security;

/// <summary>The certificate that a client has shown when its connection was made (mutual TLS).</summary>
internal sealed class CertificateProof(ClientCertificates certificates, TimeProvider time) : ICallerProof
{
    // A connection keeps its certificate, so each is checked once.
    private readonly ConditionalWeakTable<X509Certificate2, Checked> _checked = [];

    public bool IsGiven(HttpContext context) => context.Connection.ClientCertificate is not null;

    public bool TryCheck(HttpContext context, out CallerFinding finding)
    {
        if (PageOrigin.IsForeign(context.Request))
        {
            finding = new CallerFinding(
                null, "A client certificate does not stand for requests of pages of other origins.") { IsForbidden = true };
            return true;
        }

        var certificate = context.Connection.ClientCertificate!;
        var known = _checked.GetValue(certificate, each => new Checked(certificates.Find(each), each.NotAfter.ToUniversalTime()));
        finding = time.GetUtcNow().UtcDateTime <= known.Until ? known.Finding : certificates.Find(certificate);
        return true;
    }

    public ValueTask<CallerFinding> CheckAsync(HttpContext context) =>
        TryCheck(context, out var finding) ? new(finding) : throw new InvalidOperationException();

    private sealed record Checked(CallerFinding Finding, DateTime Until);
}
