using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Progeny.Tests.Shared;

/// <summary>An authority of its own, whose certificates are written as files.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=Authority of a test", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
    }

    /// <summary>Writes the authority's certificate, without its key.</summary>
    /// <returns>The path of the file.</returns>
    public string WriteTo(string path)
    {
        File.WriteAllText(path, _certificate.ExportCertificatePem());
        return path;
    }

    /// <summary>Writes a certificate for this machine to PATH.pem, and its key to PATH.key.</summary>
    /// <returns>The two files.</returns>
    public (string Certificate, string Key) Issue(string path, TimeSpan? lifetime = null)
    {
        using var own = Make(lifetime ?? TimeSpan.FromDays(100));
        using var key = own.GetECDsaPrivateKey()!;
        File.WriteAllText($"{path}.key", key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText($"{path}.pem", own.ExportCertificatePem());
        return ($"{path}.pem", $"{path}.key");
    }

    /// <summary>Writes a certificate for this machine with its key to one file in PFX.</summary>
    public string IssuePfx(string path, string password)
    {
        using var own = Make(TimeSpan.FromDays(100));
        File.WriteAllBytes(path, own.Export(X509ContentType.Pfx, password));
        return path;
    }

    /// <summary>A client that trusts this authority alone, and makes a connection for each request.</summary>
    /// <param name="seen">Gets the certificate of each connection.</param>
    /// <param name="own">What it shows of itself.</param>
    public HttpClient Client(Action<X509Certificate2>? seen = null, X509Certificate2? own = null) => new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.Zero,
        AllowAutoRedirect = false,
        SslOptions =
        {
            ClientCertificates = own is null ? null : [own],
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                var shown = (X509Certificate2)certificate!;
                seen?.Invoke(shown);
                using var chain = new X509Chain();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.Add(_certificate);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                return chain.Build(shown);
            },
        },
    });

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Make(TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        using var signed = request.Create(
            _certificate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow + lifetime, RandomNumberGenerator.GetBytes(12));
        return signed.CopyWithPrivateKey(key);
    }
}
