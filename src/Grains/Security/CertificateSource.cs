using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Progeny.Grains.Common;

namespace Progeny.Grains.Security;

/// <summary>A certificate whose files may be replaced while it is used: new connections present the one that was read last.</summary>
public sealed class CertificateSource
{
    private readonly CertificateOptions _options;
    private volatile LoadedCertificate _current;
    private string _hash;

    private CertificateSource(string section, CertificateOptions options, LoadedCertificate current, string hash) =>
        (Section, _options, _current, _hash) = (section, options, current, hash);

    /// <summary>The section of the settings that names the files.</summary>
    public string Section { get; }

    /// <summary>What was read last.</summary>
    public LoadedCertificate Current => _current;

    /// <summary>Reads a certificate.</summary>
    /// <param name="section">The section of the settings that names its files.</param>
    /// <exception cref="SettingException">A file is missing, or is not what its setting says.</exception>
    public static CertificateSource Open(string section, CertificateOptions options)
    {
        var files = CertificateFiles.Read(section, options);
        return new CertificateSource(section, options, files.Load(), files.Hash);
    }

    /// <summary>Makes a certificate that no other process can have: it is its own authority, and its private key stays in memory.</summary>
    internal static LoadedCertificate CreateUnshared()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=progeny", key, HashAlgorithmName.SHA256);
        var own = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return new LoadedCertificate(own, SslStreamCertificateContext.Create(own, null, offline: true), [own]);
    }

    /// <summary>Reads the files again, where they have changed.</summary>
    /// <returns>Whether there is a new certificate.</returns>
    /// <exception cref="SettingException">What is there now is wrong; the certificate stays as it was. Said once for each
    /// change.</exception>
    internal bool Reload()
    {
        CertificateFiles files;
        try
        {
            files = CertificateFiles.Read(Section, _options);
        }
        catch (SettingException) when (_hash.Length == 0)
        {
            return false;
        }
        catch (SettingException)
        {
            _hash = "";
            throw;
        }

        if (files.Hash == _hash)
            return false;
        _hash = files.Hash;
        var loaded = files.Load();
        var isNew = loaded.Own.Thumbprint != _current.Own.Thumbprint || !loaded.Authorities.SequenceEqual(_current.Authorities);
        _current = loaded;
        return isNew;
    }
}
