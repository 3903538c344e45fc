namespace Progeny.Grains.Security;

/// <summary>
/// The certificate with which a silo, or a process without one, proves to the silos of its cluster that it is one of them.
/// </summary>
public sealed class SiloTlsOptions : CertificateOptions
{
    /// <summary>
    /// The file with the certificate of the authority, in PEM, that has signed those of all members; two during a change of the authority.
    /// </summary>
    public string? Authority { get; set; }
}
