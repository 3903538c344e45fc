using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Progeny.Core.Security;
using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>The client certificates that a node knows: single ones, and those of an authority by their subjects.</summary>
internal sealed class ClientCertificates
{
    private const string Section = $"{SecurityOptions.Section}:{nameof(SecurityOptions.Certificates)}";
    private const string AuthorityKey = $"{SecurityOptions.Section}:{nameof(SecurityOptions.ClientCertificateAuthority)}";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2"; // RFC 5280, 4.2.1.12

    private readonly FrozenDictionary<string, Caller> _byThumbprint;
    private readonly FrozenDictionary<string, Caller> _bySubject;
    private readonly X509Certificate2Collection _authority = [];
    private readonly TimeProvider _time;

    /// <exception cref="SettingException">A setting is wrong.</exception>
    public ClientCertificates(SecurityOptions options, TimeProvider time)
    {
        _time = time;
        var (byThumbprint, bySubject) = (
            new Dictionary<string, Caller>(StringComparer.OrdinalIgnoreCase), new Dictionary<string, Caller>(StringComparer.Ordinal));
        foreach (var (name, certificate) in options.Certificates)
        {
            var caller = new Caller(
                $"cert:{name}", new Access(AccessSetting.Read($"{Section}:{name}:{nameof(certificate.Access)}", certificate.Access)));
            var isNew = (certificate.Thumbprint, certificate.Subject) switch
            {
                ({ Length: > 0 } thumbprint, null or "") => byThumbprint.TryAdd(ReadThumbprint(name, thumbprint), caller),
                (null or "", { Length: > 0 } subject) => bySubject.TryAdd(ReadSubject(name, subject), caller),
                _ => throw new SettingException(
                    $"{Section}:{name} must have either a Thumbprint (of one certificate) or a Subject (of certificates of "
                        + $"{AuthorityKey})."),
            };
            if (!isNew)
                throw new SettingException(
                    $"{Section}:{name} has the Thumbprint or Subject of another entry; each certificate has one name.");
        }

        (_byThumbprint, _bySubject) = (
            byThumbprint.ToFrozenDictionary(byThumbprint.Comparer), bySubject.ToFrozenDictionary(bySubject.Comparer));
        if (options.ClientCertificateAuthority is { Length: > 0 } file)
            _authority.AddRange(ReadAuthority(file));
        else if (bySubject.Count > 0)
            throw new SettingException(
                $"{AuthorityKey} is empty; it must be a file with the certificates (PEM) of the authority whose certificates {Section} "
                    + "knows by their subjects.");
    }

    /// <summary>
    /// Has a server ask clients for a certificate. Which one it is, the access guard checks, so that a wrong one gets an answer.
    /// </summary>
    public static void AskFor(HttpsConnectionAdapterOptions https)
    {
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.AllowAnyClientCertificate();
    }

    /// <summary>Finds the owner of a certificate. That the client has its key is what the TLS handshake has shown.</summary>
    public CallerFinding Find(X509Certificate2 certificate)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        if (now < certificate.NotBefore.ToUniversalTime() || now > certificate.NotAfter.ToUniversalTime())
            return new CallerFinding(
                null,
                $"The client certificate '{certificate.Subject}' is valid from {certificate.NotBefore:yyyy-MM-dd} to "
                    + $"{certificate.NotAfter:yyyy-MM-dd} only.");
        if (_byThumbprint.TryGetValue(certificate.GetCertHashString(HashAlgorithmName.SHA256), out var pinned))
            return new CallerFinding(pinned, null);
        if (!_bySubject.TryGetValue(certificate.SubjectName.Name, out var caller))
            return new CallerFinding(null, $"This node does not know the client certificate '{certificate.Subject}' ({Section}).");
        return IsOfAuthority(certificate, now, out var problem)
            ? new CallerFinding(caller, null)
            : new CallerFinding(
                null,
                $"The client certificate '{certificate.Subject}' is not one of the authority that this node believes ({AuthorityKey}): "
                    + $"{problem}");
    }

    private bool IsOfAuthority(X509Certificate2 certificate, DateTime now, [NotNullWhen(false)] out string? problem)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authority);
        chain.ChainPolicy.ExtraStore.AddRange(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.VerificationTime = now;
        problem = chain.Build(certificate) ? null : string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation.Trim()));
        return problem is null;
    }

    private static string ReadThumbprint(string name, string value)
    {
        var digits = value.Replace(":", "", StringComparison.Ordinal);
        return digits.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit)
            ? digits
            : throw new SettingException(
                $"{Section}:{name}:Thumbprint is '{value}'; it must be a SHA-256 fingerprint, 64 hexadecimal digits, as 'openssl x509 "
                    + "-fingerprint -sha256' prints it.");
    }

    private static string ReadSubject(string name, string value)
    {
        try
        {
            // as a certificate has it: the name of the first one is the text
            return new X500DistinguishedName(new X500DistinguishedName(value).RawData).Name;
        }
        catch (CryptographicException exception)
        {
            throw new SettingException(
                $"{Section}:{name}:Subject is '{value}'; it must be a distinguished name, e.g. 'CN=scorer, O=Example'.", exception);
        }
    }

    private static X509Certificate2Collection ReadAuthority(string file)
    {
        var authority = new X509Certificate2Collection();
        try
        {
            authority.ImportFromPemFile(file);
        }
        catch (Exception exception) when (exception is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw new SettingException($"{AuthorityKey} is '{file}', which cannot be read: {exception.Message}", exception);
        }

        return authority.Count > 0 ? authority : throw new SettingException($"{AuthorityKey} is '{file}', which has no certificate (PEM).");
    }
}
