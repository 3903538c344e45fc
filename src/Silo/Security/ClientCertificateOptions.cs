namespace Progeny.Silo.Security;

/// <summary>A client certificate that proves who its owner is; the section <c>Security:Certificates:NAME</c> (docs/sign-in.md).</summary>
public sealed class ClientCertificateOptions
{
    /// <summary>
    /// The SHA-256 fingerprint of the certificate, in hexadecimal digits; null: it is known by its <see cref="Subject"/>.
    /// </summary>
    public string? Thumbprint { get; set; }

    /// <summary>The subject of certificates of the authority, e.g. <c>CN=scorer, O=Example</c>.</summary>
    public string? Subject { get; set; }

    /// <summary>The roles and grants of the owner, separated by commas.</summary>
    public string? Access { get; set; }
}
