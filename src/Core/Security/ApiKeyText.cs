using System.Buffers.Text;
using System.Security.Cryptography;

namespace Progeny.Core.Security;

/// <summary>
/// The text of a key, which its owner sends: <c>pgy_</c>, eight characters by which it is found, <c>_</c> and 256 random bits in base64url.
/// </summary>
public static class ApiKeyText
{
    /// <summary>What the text of every key begins with.</summary>
    public const string Prefix = "pgy_";

    /// <summary>The number of characters.</summary>
    public const int Length = 56;

    private const int IdLength = 8;
    private const int SecretBytes = 32;
    private const string IdCharacters = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Makes a key's text.</summary>
    public static string Make() =>
        $"{Prefix}{RandomNumberGenerator.GetString(IdCharacters, IdLength)}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";

    /// <summary>Whether a text is written as a key is.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text) =>
        text.Length == Length
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text[Prefix.Length + IdLength] == '_'
        && !IdOf(text).ContainsAnyExcept(IdCharacters)
        && Base64Url.IsValid(text[(Prefix.Length + IdLength + 1)..]);

    /// <summary>The id in the text of a key that <see cref="IsWellFormed"/>.</summary>
    public static ReadOnlySpan<char> IdOf(ReadOnlySpan<char> text) => text.Slice(Prefix.Length, IdLength);
}
