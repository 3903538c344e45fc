using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;

namespace Progeny.Core.Serving;

/// <summary>The ids of a query's rows.</summary>
public static class QueryIds
{
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
