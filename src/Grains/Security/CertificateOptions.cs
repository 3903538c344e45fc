namespace Progeny.Grains.Security;

/// <summary>Where a certificate and its private key are.</summary>
public class CertificateOptions
{
    /// <summary>
    /// The file of the certificate: PEM, with the certificates between it and its authority behind it, or PFX (PKCS #12); null: there is
    /// none.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>The file of the private key in PEM; null: it is in the file of the certificate.</summary>
    public string? Key { get; set; }

    /// <summary>What the key is encrypted with; null: it is not.</summary>
    public string? Password { get; set; }
}
