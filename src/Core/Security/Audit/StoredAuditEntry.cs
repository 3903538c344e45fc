using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Progeny.Core.Security.Audit;

/// <summary>An entry in its place of the chain, with the bytes that are stored of it.</summary>
/// <param name="Sequence">Its number: 1, 2, 3 …</param>
/// <param name="At">When, in milliseconds since 1970 in UTC.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Texts">The texts in UTF-8, in the order of <see cref="TextNames"/>; null: there is none.</param>
/// <param name="Previous">The hash of the entry before; of the first one <see cref="Origin"/>.</param>
/// <param name="Hash">What <see cref="ComputeHash"/> yields, unless somebody changed something.</param>
public sealed record StoredAuditEntry(long Sequence, long At, long Status, IReadOnlyList<byte[]?> Texts, byte[] Previous, byte[] Hash)
{
    /// <summary>The length of a hash, in bytes.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    private const long NoText = -1;

    /// <summary>What stands for the hash before the first entry.</summary>
    public static byte[] Origin => new byte[HashLength];

    /// <summary>The names of the texts, which are those of their columns.</summary>
    public static IReadOnlyList<string> TextNames { get; } =
        ["decided_by", "address", "action", "request", "project", "subject", "trace_id", "before_json", "after_json"];

    /// <summary>Puts an entry behind another one.</summary>
    public static StoredAuditEntry Of(AuditEntry entry, long sequence, byte[] previous)
    {
        byte[]?[] texts =
        [
            Bytes(entry.By), Bytes(entry.From), Bytes(entry.Action), Bytes(entry.Request), Bytes(entry.Project), Bytes(entry.Subject),
            Bytes(entry.TraceId), Bytes(entry.Before), Bytes(entry.After),
        ];
        var stored = new StoredAuditEntry(sequence, entry.At.ToUnixTimeMilliseconds(), entry.Status, texts, previous, []);
        return stored with { Hash = stored.ComputeHash() };
    }

    /// <summary>The entry as it reads.</summary>
    public AuditEntry ToEntry() => new()
    {
        At = DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Clamp(At, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())),
        Status = unchecked((int)Status),
        By = Text(0) ?? "",
        From = Text(1),
        Action = Text(2) ?? "",
        Request = Text(3),
        Project = Text(4),
        Subject = Text(5),
        TraceId = Text(6),
        Before = Text(7),
        After = Text(8),
    };

    /// <summary>A text by its place in <see cref="TextNames"/>.</summary>
    public string? Text(int index) => Texts[index] is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>
    /// SHA-256 over the entry and the hash before it: the hash, number, time and status, then of each text its length (-1: none) and its
    /// bytes; numbers of eight bytes, the lowest first.
    /// </summary>
    public byte[] ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Previous);
        Append(hash, Sequence);
        Append(hash, At);
        Append(hash, Status);
        foreach (var text in Texts)
        {
            Append(hash, text?.LongLength ?? NoText);
            hash.AppendData(text ?? []);
        }

        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD'));
}
