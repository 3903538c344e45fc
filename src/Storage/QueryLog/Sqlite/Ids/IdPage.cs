using System.Runtime.InteropServices;

namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>
/// A page of a run of the index: the keys with the same upper bits, and the places of their records in the run. Keys first, then places, 32
/// bits each.
/// </summary>
internal static class IdPage
{
    /// <summary>Pages hold 2^11 keys on the average.</summary>
    public const int FirstBits = 5;

    /// <summary>A run takes up to 2^3 runs of the level below.</summary>
    public const int LevelBits = 3;

    /// <summary>A run of this level holds 2^28 records at most, and is not merged any more.</summary>
    public const int LastLevel = 4;

    /// <summary>The upper bits of a key that make the number of its page.</summary>
    public static int BitsOf(int level) => FirstBits + (LevelBits * level);

    /// <summary>The number of records that a run of a level spans.</summary>
    public static long SpanOf(int level) => (long)IdBlock.Size << (LevelBits * level);

    public static int PageOf(uint key, int level) => (int)(key >> (32 - BitsOf(level)));

    public static (ReadOnlyMemory<uint> Keys, ReadOnlyMemory<uint> Places) Read(ReadOnlySpan<byte> page)
    {
        var numbers = MemoryMarshal.Cast<byte, uint>(page).ToArray();
        return (numbers.AsMemory(0, numbers.Length / 2), numbers.AsMemory(numbers.Length / 2));
    }

    public static byte[] Write(ReadOnlySpan<uint> keys, ReadOnlySpan<uint> places)
    {
        var page = new byte[2 * sizeof(uint) * keys.Length];
        MemoryMarshal.AsBytes(keys).CopyTo(page);
        MemoryMarshal.AsBytes(places).CopyTo(page.AsSpan(page.Length / 2));
        return page;
    }

    /// <summary>Adds the sequence numbers of the records that may be the ones searched for.</summary>
    public static void Find(ReadOnlySpan<byte> page, uint key, long start, ICollection<long> sequences)
    {
        var numbers = MemoryMarshal.Cast<byte, uint>(page);
        var keys = numbers[..(numbers.Length / 2)];
        for (var from = 0; keys[from..].IndexOf(key) is var found and >= 0; from += found + 1)
            sequences.Add(start + numbers[keys.Length + from + found]);
    }
}
