using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;

namespace Progeny.Core.Queries;

/// <summary>The ids of a query's rows.</summary>
public static class QueryIds
{
    // Addresses of the API: of the first two, clients and servers make other paths, and at the last one queries are streamed.
    private static readonly string[] _reserved = [".", "..", "stream"];

    /// <summary>Why a text cannot be the id of a query, which is a part of an address when it is looked up; null: it can be.</summary>
    public static string? Problem(string id) =>
        Array.IndexOf(_reserved, id) >= 0 ? $"is '{id}', which would be another address when the query is looked up; give it another id"
        : id.Contains('\0', StringComparison.Ordinal) ? "holds a NUL character, which no address can have; give the query another id"
        : null;

    /// <summary>
    /// The client's own id for a single row, with a colon and the row's index for each of several; without one a UUID of version 7
    /// (RFC 9562) a row. They are unique, not secret: their random part comes from a quick generator.
    /// </summary>
    public static ImmutableArray<string> Make(string? given, int rows, DateTimeOffset now)
    {
        if (rows == 1)
            return [given ?? NewId(now)];
        var ids = ImmutableArray.CreateBuilder<string>(rows);
        for (var row = 0; row < rows; row++)
            ids.Add(given is null ? NewId(now) : string.Create(CultureInfo.InvariantCulture, $"{given}:{row}"));
        return ids.MoveToImmutable();
    }

    /// <summary>A UUID of version 7 as text.</summary>
    public static string NewId(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        // Six bytes of milliseconds first; what the first two are shifted out of is overwritten.
        BinaryPrimitives.WriteInt64BigEndian(bytes, now.ToUnixTimeMilliseconds() << 16);
        Random.Shared.NextBytes(bytes[6..]);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
