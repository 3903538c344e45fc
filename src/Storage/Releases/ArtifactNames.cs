using System.Security.Cryptography;

namespace Progeny.Storage.Releases;

/// <summary>The digests of artifacts and the tickets of staged ones, as text.</summary>
internal static class ArtifactNames
{
    private const int DigestLength = 2 * SHA256.HashSizeInBytes;
    private const int IdLength = 32;

    public static bool IsDigest(string text) => text.Length == DigestLength && text.All(char.IsAsciiHexDigit);

    /// <summary>The digest in lower case.</summary>
    /// <exception cref="ArgumentException">It is no digest.</exception>
    public static string Digest(string digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return IsDigest(digest)
            ? digest.ToLowerInvariant()
            : throw new ArgumentException(
                $"'{digest}' is no digest of an artifact; a digest is the SHA-256 of its contents, {DigestLength} hexadecimal digits.",
                nameof(digest));
    }

    /// <summary>A new ticket. It carries the digest, so that the artifact need not be read again when it is kept.</summary>
    public static string NewTicket(string digest) => $"{Guid.NewGuid():n}.{digest}";

    /// <summary>The parts of a ticket: what is unique to it, and the digest of the contents.</summary>
    /// <exception cref="ArgumentException">It is no ticket.</exception>
    public static (Guid Id, string Digest) Ticket(string ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        return ticket.Split('.') is [{ Length: IdLength } id, { Length: DigestLength } digest]
            && Guid.TryParseExact(id, "n", out var guid)
            && digest.All(char.IsAsciiHexDigit)
            ? (guid, digest.ToLowerInvariant())
            : throw new ArgumentException($"'{ticket}' is no ticket of a staged artifact.", nameof(ticket));
    }
}
