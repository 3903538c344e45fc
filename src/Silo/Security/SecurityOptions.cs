using Progeny.Grains.Security;
using Progeny.Silo.Security.Rates;

namespace Progeny.Silo.Security;

/// <summary>Who must prove who they are, and how; the section <c>Security</c> (docs/security.md).</summary>
public sealed class SecurityOptions
{
    /// <summary>The section of the settings.</summary>
    public const string Section = "Security";

    /// <summary>Whether everybody has to prove who they are.</summary>
    public bool Enabled { get; set; }

    /// <summary>Whether the node may be reached from other machines, and reach the database on another one, without protection.</summary>
    public bool AllowInsecure { get; set; }

    /// <summary>The certificate that clients are shown at addresses with https.</summary>
    public CertificateOptions Tls { get; } = new();

    /// <summary>How much callers may ask.</summary>
    public RateLimitOptions RateLimits { get; } = new();

    /// <summary>
    /// The secret with which keys are hashed, the same on all nodes; null: a node that stands alone makes one.
    /// </summary>
    public string? Pepper { get; set; }

    /// <summary>
    /// The file with the first key for everything, which is written where it is not there; null: the first key is printed.
    /// </summary>
    public string? AdminKeyFile { get; set; }

    /// <summary>
    /// A file with the certificates (PEM) of the authority whose client certificates <see cref="Certificates"/> knows by their subjects.
    /// </summary>
    public string? ClientCertificateAuthority { get; set; }

    /// <summary>The client certificates that prove who somebody is, by the name of their owner.</summary>
    public Dictionary<string, ClientCertificateOptions> Certificates { get; } = new(StringComparer.Ordinal);
}
