using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Progeny.Core.Datasets.Rows;

/// <summary>The first 128 bits of the SHA-256 of a row's key, and of its contents.</summary>
public readonly record struct RowIdentity(long Key1, long Key2, long Contents1, long Contents2)
{
    /// <summary>Of the canonical form of key and row.</summary>
    public static RowIdentity Of(ReadOnlySpan<byte> key, ReadOnlySpan<byte> contents)
    {
        var (key1, key2) = Halves(key);
        var (contents1, contents2) = Halves(contents);
        return new RowIdentity(key1, key2, contents1, contents2);
    }

    private static (long First, long Second) Halves(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return (BinaryPrimitives.ReadInt64BigEndian(hash), BinaryPrimitives.ReadInt64BigEndian(hash[8..]));
    }
}
