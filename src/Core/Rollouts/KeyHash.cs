using System.Buffers.Binary;
using System.Numerics;

namespace Progeny.Core.Rollouts;

/// <summary>XXH64: the same number for the same bytes on every machine, in every version of Progeny and in every language.</summary>
/// <remarks>Source: the xxHash specification, algorithm "XXH64" (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).</remarks>
public static class KeyHash
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed)
    {
        unchecked
        {
            var length = (ulong)bytes.Length;
            var hash = bytes.Length < 32 ? seed + Prime5 : Stripes(ref bytes, seed);
            hash += length;
            for (; bytes.Length >= 8; bytes = bytes[8..])
                hash = (BitOperations.RotateLeft(hash ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(bytes)), 27) * Prime1) + Prime4;
            if (bytes.Length >= 4)
            {
                hash = (BitOperations.RotateLeft(hash ^ (BinaryPrimitives.ReadUInt32LittleEndian(bytes) * Prime1), 23) * Prime2) + Prime3;
                bytes = bytes[4..];
            }

            foreach (var rest in bytes)
                hash = BitOperations.RotateLeft(hash ^ (rest * Prime5), 11) * Prime1;
            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }

    /// <summary>Takes all whole stripes of 32 bytes off the front.</summary>
    private static ulong Stripes(ref ReadOnlySpan<byte> bytes, ulong seed)
    {
        unchecked
        {
            ulong a = seed + Prime1 + Prime2, b = seed + Prime2, c = seed, d = seed - Prime1;
            for (; bytes.Length >= 32; bytes = bytes[32..])
            {
                a = Round(a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                b = Round(b, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
                c = Round(c, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
                d = Round(d, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
            }

            var hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7) + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
            foreach (var lane in (ReadOnlySpan<ulong>)[a, b, c, d])
                hash = ((hash ^ Round(0, lane)) * Prime1) + Prime4;
            return hash;
        }
    }

    private static ulong Round(ulong lane, ulong input) => unchecked(BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1);
}
