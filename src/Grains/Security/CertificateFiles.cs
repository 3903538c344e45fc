using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Progeny.Grains.Common;

namespace Progeny.Grains.Security;

/// <summary>The files of a certificate, read together.</summary>
internal sealed class CertificateFiles
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly string _section;
    private readonly CertificateOptions _options;
    private readonly byte[] _certificate;
    private readonly byte[]? _key;
    private readonly byte[]? _authority;
    private readonly string? _password;

    private CertificateFiles(string section, CertificateOptions options)
    {
        (_section, _options) = (section, options);
        _certificate = ReadFile("Certificate", options.Certificate!);
        _key = options.Key is null ? null : ReadFile("Key", options.Key);
        _authority = options is SiloTlsOptions { Authority: { } path } ? ReadFile("Authority", path) : null;
        _password = options.Password;
        Hash = Convert.ToHexString(SHA256.HashData([.. _certificate, 0, .. _key ?? [], 0, .. _authority ?? []]));
    }

    /// <summary>What changes when one of the files does.</summary>
    public string Hash { get; }

    private bool IsPem => _certificate.AsSpan().IndexOf("-----BEGIN"u8) >= 0;

    /// <summary>Reads the files.</summary>
    /// <param name="section">The section of the settings that names them.</param>
    /// <exception cref="SettingException">A file cannot be read.</exception>
    public static CertificateFiles Read(string section, CertificateOptions options) => new(section, options);

    /// <summary>Makes of them what connections need.</summary>
    /// <exception cref="SettingException">They are no certificate with its private key.</exception>
    public LoadedCertificate Load()
    {
        var all = LoadCertificates();
        var own = IsPem ? WithKey() : all.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? throw Wrong(
                "Certificate", _options.Certificate!, "has no private key", "a PFX file with the certificate and its private key");
        var authorities = new X509Certificate2Collection();
        if (_options is SiloTlsOptions silo)
        {
            CheckUse(own);
            authorities.AddRange(LoadAuthorities(silo.Authority!));
        }

        var others = new X509Certificate2Collection(all.Where(certificate => certificate.Thumbprint != own.Thumbprint).ToArray());
        return new LoadedCertificate(own, SslStreamCertificateContext.Create(own, others, offline: true), authorities);
    }

    private X509Certificate2Collection LoadCertificates()
    {
        try
        {
            if (!IsPem)
                return X509CertificateLoader.LoadPkcs12Collection(_certificate, _password);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(Encoding.ASCII.GetString(_certificate));
            return all.Count > 0 ? all : throw new CryptographicException("it has no certificate");
        }
        catch (CryptographicException exception)
        {
            throw Wrong(
                "Certificate",
                _options.Certificate!,
                $"cannot be read ({exception.Message})",
                "a file in PEM, or a PFX file that Password opens",
                exception);
        }
    }

    private X509Certificate2 WithKey()
    {
        var (certificate, key) = (Encoding.ASCII.GetString(_certificate), Encoding.ASCII.GetString(_key ?? _certificate));
        try
        {
            return _password is null
                ? X509Certificate2.CreateFromPem(certificate, key)
                : X509Certificate2.CreateFromEncryptedPem(certificate, key, _password);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw Wrong(
                "Key",
                _options.Key ?? _options.Certificate!,
                $"does not fit the certificate ({exception.Message})",
                "the file of its private key in PEM",
                exception);
        }
    }

    private X509Certificate2Collection LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(Encoding.ASCII.GetString(_authority!));
        }
        catch (CryptographicException exception)
        {
            throw Wrong("Authority", path, $"cannot be read ({exception.Message})", "the certificate of the authority in PEM", exception);
        }

        return authorities.Count > 0
            ? authorities
            : throw Wrong("Authority", path, "has no certificate", "the certificate of the authority in PEM");
    }

    /// <summary>A silo takes and makes connections with the same certificate.</summary>
    private void CheckUse(X509Certificate2 certificate)
    {
        var uses = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault()?.EnhancedKeyUsages.Cast<Oid>()
            .Select(use => use.Value).ToList();
        if (uses is not null && !(uses.Contains(ServerUse) && uses.Contains(ClientUse)))
            throw Wrong(
                "Certificate",
                _options.Certificate!,
                "is not for both servers and clients",
                "a certificate whose extended key usage has serverAuth and clientAuth");
    }

    private byte[] ReadFile(string key, string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Wrong(key, path, $"cannot be read ({exception.Message})", "a file that the node's user may read", exception);
        }
    }

    private SettingException Wrong(string key, string path, string problem, string right, Exception? inner = null) =>
        new($"{_section}:{key} is '{path}', which {problem}; it must be {right}.", inner);
}
