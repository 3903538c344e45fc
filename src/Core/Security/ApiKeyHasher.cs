using System.Security.Cryptography;
using System.Text;

namespace Progeny.Core.Security;

/// <summary>Hashes keys with the pepper of a node or a cluster: without it nobody can check a guess against a stored hash.</summary>
/// <param name="pepper">The pepper, which is kept apart from the hashes.</param>
public sealed class ApiKeyHasher(string pepper)
{
    /// <summary>The least number of characters of a pepper.</summary>
    public const int MinPepperCharacters = 32;

    private readonly byte[] _pepper = Encoding.UTF8.GetBytes(pepper);

    /// <summary>A value that differs between two peppers and does not reveal either.</summary>
    public string Mark { get; } = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(pepper), "which pepper this is"u8));

    /// <summary>A key of 256 bits for another purpose. It reveals neither the pepper nor the keys for other purposes.</summary>
    public byte[] DeriveKey(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _pepper, HMACSHA256.HashSizeInBytes, info: Encoding.UTF8.GetBytes(purpose));

    /// <summary>The hash of a key, in hexadecimal digits.</summary>
    /// <param name="text">Text that <see cref="ApiKeyText.IsWellFormed"/>.</param>
    public string Hash(ReadOnlySpan<char> text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(text, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Whether a key has a hash; how long the answer takes does not depend on where they differ.</summary>
    /// <param name="text">Text that <see cref="ApiKeyText.IsWellFormed"/>.</param>
    /// <param name="expected">The bytes of the hash.</param>
    public bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<byte> expected)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(text, hash);
        return CryptographicOperations.FixedTimeEquals(hash, expected);
    }

    private void Compute(ReadOnlySpan<char> text, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[ApiKeyText.Length];
        var length = Encoding.ASCII.GetBytes(text, bytes);
        HMACSHA256.HashData(_pepper, bytes[..length], hash);
    }
}
