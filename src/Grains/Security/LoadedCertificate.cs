using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Progeny.Grains.Security;

/// <summary>A certificate as it was read.</summary>
/// <param name="Own">The certificate, with its private key.</param>
/// <param name="Context">The same with the certificates between it and its authority, as connections present it.</param>
/// <param name="Authorities">The authorities whose certificates the other side may present.</param>
public sealed record LoadedCertificate(X509Certificate2 Own, SslStreamCertificateContext Context, X509Certificate2Collection Authorities)
{
    /// <summary>When it expires.</summary>
    public DateTimeOffset ExpiresAt { get; } = new(Own.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    /// <summary>Whether one of <see cref="Authorities"/> has signed a certificate of another side, and it holds now.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="presented">The chain that was built with what the other side presented; null: nothing else was.</param>
    public bool HasSigned(X509Certificate2 certificate, X509Chain? presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (presented is not null)
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        return chain.Build(certificate);
    }
}
