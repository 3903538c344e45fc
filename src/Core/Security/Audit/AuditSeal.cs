using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Progeny.Core.Security.Audit;

/// <summary>The key of codes that only the nodes can make: of the end of the chain, and for names that are not to be read.</summary>
/// <param name="key">The node's secret; empty: it has none.</param>
public sealed class AuditSeal(byte[] key)
{
    private static ReadOnlySpan<byte> EndPurpose => "progeny.audit.end"u8;

    private static ReadOnlySpan<byte> NamePurpose => "progeny.audit.name"u8;

    /// <summary>Whether the node has a secret.</summary>
    public bool IsKeyed => key.Length > 0;

    /// <summary>The code of an end; empty without a secret.</summary>
    public byte[] Of(long last, ReadOnlySpan<byte> hash)
    {
        if (!IsKeyed)
            return [];
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, last);
        return Code(EndPurpose, number, hash);
    }

    /// <summary>Whether an end is as a node left it.</summary>
    public bool Matches(AuditEnd end) => CryptographicOperations.FixedTimeEquals(Of(end.Last, end.Hash), end.Seal);

    /// <summary>A code by which a name can be found again by somebody who knows it, and by nobody read.</summary>
    /// <param name="scope">What the name is of: the same name has another code in another scope.</param>
    public byte[] OfName(string scope, string name) =>
        Code(NamePurpose, SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(scope)), System.Text.Encoding.UTF8.GetBytes(name));

    private byte[] Code(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        using var code = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        code.AppendData(purpose);
        code.AppendData(first);
        code.AppendData(second);
        return code.GetHashAndReset();
    }
}
