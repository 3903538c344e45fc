using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Progeny.Core.Security;

namespace Progeny.Gateway.Security;

/// <summary>
/// Encrypts the keys of sessions where they are stored, by AES-256-GCM with a key derived from the pepper: the database, or a copy of it,
/// is not enough to make a session.
/// </summary>
internal sealed class SessionKeyCipher : IXmlEncryptor, IXmlDecryptor
{
    private const string Element = "encryptedByPepper";

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key;

    public SessionKeyCipher(ApiKeyHasher hasher) => _key = hasher.DeriveKey("session keys");

    /// <summary>For the decryption, whose object the framework makes.</summary>
    public SessionKeyCipher(IServiceProvider services)
        : this(services.GetRequiredService<ApiKeyHasher>())
    {
    }

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var text = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var sealedText = new byte[NonceBytes + TagBytes + text.Length];
        RandomNumberGenerator.Fill(sealedText.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(
            sealedText.AsSpan(0, NonceBytes), text, sealedText.AsSpan(NonceBytes + TagBytes), sealedText.AsSpan(NonceBytes, TagBytes));
        return new EncryptedXmlInfo(new XElement(Element, Convert.ToBase64String(sealedText)), typeof(SessionKeyCipher));
    }

    public XElement Decrypt(XElement encryptedElement)
    {
        var sealedText = Convert.FromBase64String(encryptedElement.Value);
        var text = new byte[sealedText.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Decrypt(
            sealedText.AsSpan(0, NonceBytes), sealedText.AsSpan(NonceBytes + TagBytes), sealedText.AsSpan(NonceBytes, TagBytes), text);
        return XElement.Parse(Encoding.UTF8.GetString(text));
    }
}
